"""Measures NST and its peers in turn, on the same weights and pictures, and writes the figures.

    python bench/peers/run.py --nst-run build/bin/nst-run \
        --inception magenta.safetensors --mobile mobile.safetensors --out results.json
    python bench/peers/report.py results.json --markdown peers.md --svg peers.svg

Every peer runs in its own process, on as many processors as it has threads. In each round every
contestant takes a turn of several runs; the figure of a round is the median of the turn. The time
of each process's first inference, its peak memory and the difference of its output from NST's are
stored too.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from cases import CASES, HUB_CASES, Case, Models
from measure import Bench, measure_case
from processes import NstRun
from runtimes import AVX2, RUNTIMES
from settings import Kept, every_candidate, keep, limited_to_avx2
from whole_programs import measure_whole

HERE = Path(__file__).parent
LARGE = Case("transformer-quarter", 3072)


def cpu_name() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor()


def parse_arguments() -> argparse.Namespace:
    all_processors = len(os.sched_getaffinity(0))
    p = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    p.add_argument("--nst-run", type=Path, required=True, help="the program to measure")
    p.add_argument("--inception", type=Path, required=True, help="model file, Inception-v3 and α=1")
    p.add_argument("--mobile", type=Path, required=True, help="model file, MobileNetV2 and α=0.25")
    p.add_argument("--hub", type=Path, help="model file, TF Hub's 20 blocks: measured too if given")
    p.add_argument("--out", type=Path, required=True, help="results, JSON")
    p.add_argument("--cases", nargs="+", type=Case.parse, metavar="NET-SIZE")
    p.add_argument("--large", action="store_true", help=f"also {LARGE.name}")
    p.add_argument("--threads", nargs="+", type=int, default=sorted({1, all_processors}))
    p.add_argument("--runtimes", nargs="+", choices=RUNTIMES, default=list(RUNTIMES))
    p.add_argument("--rounds", type=int, default=9, help="half of them for slow cases")
    p.add_argument("--seconds", type=float, default=0.3, help="of work in a turn (default: 0.3)")
    p.add_argument("--isa", choices=[AVX2], help="hold NST and every peer that can be held to it")
    p.add_argument("--settings", choices=["kept", "all"], default="kept")
    p.add_argument("--kept", type=Path, default=HERE / "settings.json", help="settings file")
    p.add_argument("--keep", action="store_true", help="write the fastest settings to that file")
    p.add_argument("--no-whole", action="store_true", help="leave out the whole programs")
    return p.parse_args()


def environment(o: argparse.Namespace) -> dict[str, Any]:
    return {
        "cpu": cpu_name(),
        "processors": len(os.sched_getaffinity(0)),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "date": time.strftime("%Y-%m-%d"),
        "isa": o.isa,
        "rounds": o.rounds,
        "versions": {name: RUNTIMES[name].version() for name in o.runtimes},
    }


def warm_file_cache(runtimes: list[str]) -> None:
    """Imports each runtime once, so that no cold start measures the disk."""
    for name in runtimes:
        module = RUNTIMES[name].package.replace("-", "_")
        subprocess.run([sys.executable, "-c", f"import {module}"], check=True)


def main() -> None:
    o = parse_arguments()
    extra = {"NST_ISA": o.isa} if o.isa else {}
    cases = o.cases or [*CASES, *(HUB_CASES if o.hub else [])]
    cases += [LARGE] if o.large else []
    results: dict[str, Any] = {"environment": environment(o), "cases": [], "whole": []}
    kept = Kept(o.kept) if o.settings == "kept" else None
    start = time.monotonic()
    warm_file_cache(o.runtimes)
    with tempfile.TemporaryDirectory() as folder:
        nst = NstRun(o.nst_run.resolve(), extra)
        bench = Bench(nst, Models(o.inception, o.mobile, o.hub), Path(folder), o.rounds, o.seconds)
        for case in cases:
            for threads in o.threads:
                contestants = (
                    kept.contestants(case, threads, o.runtimes)
                    if kept
                    else every_candidate(o.runtimes)
                )
                if o.isa:
                    contestants = limited_to_avx2(contestants)
                entries = measure_case(bench, case, threads, contestants)
                measured = {"case": case.name, "threads": threads, "entries": entries}
                results["cases"].append(measured)
                o.out.write_text(json.dumps(results, indent=1) + "\n")
        if not o.no_whole:
            results["whole"] = measure_whole(bench, o.threads, o.runtimes)
    results["environment"]["seconds"] = round(time.monotonic() - start)
    o.out.write_text(json.dumps(results, indent=1) + "\n")
    if o.keep:
        keep(results, o.kept)


if __name__ == "__main__":
    main()
