"""Measures one case: NST and every contestant in turn, round by round."""

from __future__ import annotations

import statistics
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cases import Case, Models, build, test_picture
from networks import style_params
from processes import Benched, FailedError, Launched, NstRun, Worker, processors
from runtimes import RUNTIMES, Contestant
from settings import NST

if TYPE_CHECKING:
    from graph import Array

STYLE_SIDE = 256
SETTLE_SECONDS = 0.1  # seconds until the previous turn's threads have stopped spinning
LONG_MS = 500.0  # slower inferences need no warm-up run and get fewer rounds
COLD_RUNS = 3


@dataclass
class Bench:
    """The settings and inputs that all measurements share. Files are written to `folder`."""

    nst: NstRun
    models: Models
    folder: Path
    rounds: int
    seconds: float
    _prepared: dict[tuple[str, str], Path] = field(default_factory=dict)
    _inputs: dict[str, Inputs] = field(default_factory=dict)

    def inputs(self, case: Case) -> Inputs:
        if case.name not in self._inputs:
            self._inputs[case.name] = make_inputs(self, case)
        return self._inputs[case.name]

    def model_files(self, case: Case, runtime: str) -> Path:
        """Returns the stem of the runtime's own model files, which the first call writes."""
        key = (case.name, runtime)
        if key not in self._prepared:
            stem = self.folder / f"{case.name}-{runtime}"
            RUNTIMES[runtime].prepare(build(case, self.models.weights(case.network)), stem)
            self._prepared[key] = stem
        return self._prepared[key]

    def count(self, expected_ms: float) -> int:
        """Returns the number of runs in one turn."""
        return max(1, min(200, round(1000 * self.seconds / expected_ms)))


@dataclass(frozen=True)
class Inputs:
    """The input files of a case, and NST's output for them."""

    picture: Path
    style: Path  # file of a style vector [100], not written for a predictor
    vectors: Path  # file of gamma and beta of every normalised layer
    reference: Path


def make_inputs(bench: Bench, case: Case) -> Inputs:
    folder, model = bench.folder, bench.models.path(case.network)
    names = ("picture.npy", "style.npy", "vectors.npz", "reference.npy")
    inputs = Inputs(*(folder / f"{case.name}-{name}" for name in names))
    np.save(inputs.picture, test_picture(case.size))
    vectors: dict[str, Array] = {}
    if case.stage == "predictor":
        bench.nst.encode(model, inputs.picture, inputs.reference, 1)
    else:
        painting = folder / "painting.npy"
        np.save(painting, test_picture(STYLE_SIDE))
        bench.nst.encode(model, painting, inputs.style, 1)
        bench.nst.stylize(model, inputs.picture, inputs.style, inputs.reference, 1)
        weights = bench.models.weights(case.network)
        vectors = style_params(weights, build(case, weights), np.load(inputs.style))
    np.savez(inputs.vectors, allow_pickle=False, **vectors)
    return inputs


class Turns:
    """One contestant's turns, and the figures reported about them."""

    def __init__(self, runtime: str, setting: str) -> None:
        self.entry: dict[str, Any] = {"runtime": runtime, "setting": setting}
        self.round_ms: list[float] = []
        self._last_ms = 0.0

    def turn(self) -> None:
        raise NotImplementedError

    @property
    def last_ms(self) -> float:
        """The time of one inference in the last turn."""
        return self._last_ms

    def finish(self) -> None:
        """Asks for figures that are known only at the end, and ends the process."""

    def summary(self) -> dict[str, Any]:
        if self.round_ms:
            self.entry["median_ms"] = statistics.median(self.round_ms)
            self.entry["round_ms"] = [round(ms, 4) for ms in self.round_ms]
        return self.entry


class PeerTurns(Turns):
    """The turns of a peer's worker process, from its first inference on."""

    def __init__(self, bench: Bench, case: Case, threads: int, contestant: Contestant) -> None:
        super().__init__(contestant.runtime, contestant.setting_name)
        self._bench, self._inputs = bench, bench.inputs(case)
        self._out = bench.folder / "output.npy"
        job = {
            "runtime": contestant.runtime,
            "setting": sorted(contestant.setting),
            "stem": str(bench.model_files(case, contestant.runtime)),
            "picture": str(self._inputs.picture),
            "vectors": str(self._inputs.vectors),
            "threads": threads,
            "cpus": processors(threads),
        }
        self._worker = Worker(contestant, job, bench.folder / "worker.log")
        self.entry["load_ms"] = self._worker.load_ms
        self.entry["first_ms"] = self._worker.first_ms
        self.entry["start_to_result_ms"] = self._worker.start_to_result_ms
        self._last_ms = self._worker.first_ms

    def turn(self) -> None:
        if self._last_ms < LONG_MS:
            self._last_ms = self._worker.run(1)[0]
        self._last_ms = statistics.median(self._worker.run(self._bench.count(self._last_ms)))
        self.round_ms.append(self._last_ms)

    def finish(self) -> None:
        self._worker.save(self._out)
        reference = np.load(self._inputs.reference)
        difference = np.abs(np.load(self._out).reshape(reference.shape) - reference)
        self.entry["max_difference"] = float(difference.max())
        self.entry["mean_difference"] = float(difference.mean())
        self.entry["peak_bytes"] = self._worker.peak_bytes()
        self._worker.close()


class NstTurns(Turns):
    """The turns of `nst-run bench`, which starts anew for each turn; the program itself for cold
    runs."""

    def __init__(self, bench: Bench, case: Case, threads: int) -> None:
        super().__init__(NST, "default")
        self._bench, self._case, self._threads = bench, case, threads
        self._model, self._inputs = bench.models.path(case.network), bench.inputs(case)
        self._cold_ms: list[float] = []
        self._peak_bytes = 0
        self._last_ms = self._bench_turn(runs=1).median_ms  # not counted, as the peers' first run

    def turn(self) -> None:
        done = self._bench_turn(self._bench.count(self._last_ms))
        self._last_ms = done.median_ms
        self.round_ms.append(done.median_ms)
        self._peak_bytes = max(self._peak_bytes, done.peak_bytes)
        self.entry.update(setting=done.isa, version=done.version)
        if len(self._cold_ms) < COLD_RUNS:
            self._cold_ms.append(self._cold().elapsed_ms)

    def _bench_turn(self, runs: int) -> Benched:
        case = self._case
        return self._bench.nst.bench(self._model, case.stage, case.size, self._threads, runs)

    def _cold(self) -> Launched:
        nst, out = self._bench.nst, self._bench.folder / "cold.npy"
        picture, style = self._inputs.picture, self._inputs.style
        if self._case.stage == "predictor":
            return nst.encode(self._model, picture, out, self._threads)
        return nst.stylize(self._model, picture, style, out, self._threads)

    def finish(self) -> None:
        self.entry["start_to_result_ms"] = statistics.median(self._cold_ms)
        self.entry["peak_bytes"] = self._peak_bytes
        self.entry["max_difference"] = self.entry["mean_difference"] = 0.0


def measure_case(
    bench: Bench, case: Case, threads: int, contestants: list[Contestant]
) -> list[dict[str, Any]]:
    """Returns the entries of NST and of every contestant. A failed contestant's entry has its
    error."""
    failed: list[dict[str, Any]] = []
    sides: list[Turns] = [NstTurns(bench, case, threads)]
    for contestant in contestants:
        try:
            sides.append(PeerTurns(bench, case, threads, contestant))
        except FailedError as error:
            named = {"runtime": contestant.runtime, "setting": contestant.setting_name}
            failed.append({**named, "error": str(error)})
    long = any(side.last_ms > LONG_MS for side in sides)
    for i in range(bench.rounds // 2 + 1 if long else bench.rounds):
        for side in sides if i % 2 == 0 else reversed(sides):
            time.sleep(SETTLE_SECONDS)
            side.turn()
    for side in sides:
        side.finish()
    entries = [*(side.summary() for side in sides), *failed]
    for entry in entries:
        told = f"{entry['median_ms']:.2f} ms" if "median_ms" in entry else entry["error"]
        name = f"{entry['runtime']} ({entry['setting']})"
        print(f"{case.name}, {threads} threads: {name}: {told}", file=sys.stderr)
    return entries
