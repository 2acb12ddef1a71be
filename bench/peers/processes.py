"""Starts the measured processes and talks to them: the peers' workers and nst-run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from runtimes import Contestant

HERE = Path(__file__).parent
THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS")


class FailedError(RuntimeError):
    """A measured process ended or refused its work. The message is the last line of its log."""


def processors(threads: int) -> list[int]:
    """Returns the last `threads` processors that this process may use. The first ones serve
    interrupts more often."""
    allowed = sorted(os.sched_getaffinity(0))
    if threads > len(allowed):
        raise ValueError(f"{threads} threads asked for, {len(allowed)} processors allowed")
    return allowed[-threads:]


def environment(threads: int, extra: dict[str, str]) -> dict[str, str]:
    return {**os.environ, **dict.fromkeys(THREAD_VARIABLES, str(threads)), **extra}


def last_words(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else "no message"


class Worker:
    """A peer's process (worker.py), with one network loaded and its first inference done."""

    def __init__(self, contestant: Contestant, job: dict[str, Any], log: Path) -> None:
        self._log = log
        command = [sys.executable, str(HERE / "worker.py"), json.dumps(job)]
        variables = environment(job["threads"], contestant.environment())
        start = time.perf_counter()
        with log.open("w") as stderr:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                env=variables,
                text=True,
                bufsize=1,
            )
        first = self._answer()
        self.load_ms: float = first["load_ms"]
        self.first_ms: float = first["first_ms"]
        self.start_to_result_ms = 1000 * (time.perf_counter() - start)

    def run(self, count: int) -> list[float]:
        return self._ask(f"run {count}")["times_ms"]

    def save(self, path: Path) -> None:
        self._ask(f"save {path}")

    def peak_bytes(self) -> int:
        return self._ask("memory")["peak_bytes"]

    def close(self) -> None:
        self._process.communicate()

    def _ask(self, request: str) -> dict[str, Any]:
        assert self._process.stdin
        self._process.stdin.write(request + "\n")
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            self._process.wait()
            raise FailedError(last_words(self._log))
        return json.loads(line)


@dataclass(frozen=True)
class Launched:
    """The figures of a program that ran to its end."""

    elapsed_ms: float
    peak_bytes: int
    output: str


def launch(
    command: list[str | Path], threads: int, extra: dict[str, str] | None = None
) -> Launched:
    """Runs a program on its own processors. Raises FailedError if the program fails."""
    cpus = ",".join(map(str, processors(threads)))
    launcher = [sys.executable, "-I", "-S", str(HERE / "launch.py"), cpus]
    variables = environment(threads, extra or {})
    done = subprocess.run(
        [*launcher, *map(str, command)], env=variables, capture_output=True, text=True, check=False
    )
    *output, measured = done.stdout.splitlines() or [""]
    figures = json.loads(measured) if measured else {"exit_code": done.returncode}
    if figures["exit_code"] != 0:
        raise FailedError(f"{command[0]}: {done.stderr.strip() or figures['exit_code']}")
    return Launched(figures["elapsed_ms"], figures["peak_bytes"], "\n".join(output))


@dataclass(frozen=True)
class NstRun:
    """The nst-run program of this project."""

    program: Path
    extra: dict[str, str]  # additional environment variables

    def bench(self, model: Path, stage: str, side: int, threads: int, runs: int) -> Benched:
        size = "--style-size" if stage == "predictor" else "--size"
        options = ["--only", stage, size, side, "--runs", runs, "--json"]
        done = self._run(["bench", "-m", model, "-t", threads, *options], threads)
        report = json.loads(done.output)
        (figures,) = report["stages"]
        return Benched(figures["median_ms"], done.peak_bytes, report["isa"], report["version"])

    def encode(self, model: Path, picture: Path, out: Path, threads: int) -> Launched:
        return self._run(["encode", picture, "-o", out, "-m", model, "-q", "-t", threads], threads)

    def stylize(self, model: Path, content: Path, style: Path, out: Path, threads: int) -> Launched:
        options = ["-m", model, "-q", "-t", threads]
        return self._run([content, "-s", style, "-o", out, *options], threads)

    def _run(self, arguments: list[Any], threads: int) -> Launched:
        return launch([self.program, *arguments], threads, self.extra)


@dataclass(frozen=True)
class Benched:
    """The figures of one `nst-run bench`."""

    median_ms: float
    peak_bytes: int
    isa: str
    version: str
