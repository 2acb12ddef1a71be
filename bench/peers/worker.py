"""The process of one peer: loads a network, then runs it on request.

processes.py starts it with a job (JSON) as its argument. It answers each request, a line on stdin,
with one line of JSON:
    (start)      {"load_ms", "first_ms"}           after the first inference
    run COUNT    {"times_ms": [...]}
    save PATH    {}                                writes the last output as .npy [h, w, c]
    memory       {"peak_bytes"}                    peak resident memory so far
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

BORN = time.perf_counter()


def peak_bytes() -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("the kernel reports no peak memory")


def milliseconds_since(start: float) -> float:
    return 1000 * (time.perf_counter() - start)


def main() -> None:
    job = json.loads(sys.argv[1])
    os.sched_setaffinity(0, job["cpus"])  # set before any library counts processors
    # Runtimes may write to stdout, so the answers go to a copy of the original stdout.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)

    import numpy as np

    from runtimes import RUNTIMES

    runtime = RUNTIMES[job["runtime"]](Path(job["stem"]), job["threads"], frozenset(job["setting"]))
    with np.load(job["vectors"]) as vectors:
        runtime.feed(np.load(job["picture"]), dict(vectors))
    load_ms = milliseconds_since(BORN)
    start = time.perf_counter()
    runtime.infer()
    ready = {"load_ms": load_ms, "first_ms": milliseconds_since(start)}
    print(json.dumps(ready), file=answers)

    for line in sys.stdin:
        request, _, argument = line.strip().partition(" ")
        answer: dict[str, object] = {}
        if request == "run":
            times_ms = []
            for _ in range(int(argument)):
                start = time.perf_counter()
                runtime.infer()
                times_ms.append(milliseconds_since(start))
            answer["times_ms"] = times_ms
        elif request == "save":
            np.save(argument, np.ascontiguousarray(runtime.output()))
        elif request == "memory":
            answer["peak_bytes"] = peak_bytes()
        print(json.dumps(answer), file=answers)


if __name__ == "__main__":
    main()
