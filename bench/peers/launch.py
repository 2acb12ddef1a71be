"""Runs a program on given processors. Prints its time, peak memory and exit code as the last line.

    python -I -S launch.py 0,1 PROGRAM ARGUMENT...

A separate and small process, because on Linux a child's peak memory starts at its parent's size.
"""

import json
import os
import sys
import time


def main() -> None:
    os.sched_setaffinity(0, {int(cpu) for cpu in sys.argv[1].split(",")})
    command = sys.argv[2:]
    start = time.perf_counter()
    pid = os.posix_spawn(command[0], command, os.environ)
    _, status, usage = os.wait4(pid, 0)
    elapsed_ms = 1000 * (time.perf_counter() - start)
    peak_bytes = usage.ru_maxrss * 1024
    exit_code = os.waitstatus_to_exitcode(status)
    print(json.dumps({"elapsed_ms": elapsed_ms, "peak_bytes": peak_bytes, "exit_code": exit_code}))


if __name__ == "__main__":
    main()
