"""Measures whole programs: process start, models from disk, two JPEGs in, a PNG out."""

from __future__ import annotations

import json
import statistics
import sys
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from cases import Case, build, test_picture
from networks import style_layers
from processes import HERE, Launched, launch, processors
from settings import NST

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from measure import Bench

PREDICTOR, TRANSFORMER = Case("mobilenet", 256), Case("transformer-quarter", 256)


def write_pictures(folder: Path) -> tuple[Path, Path]:
    """Writes a content and a style picture as JPEG, and returns their paths."""
    waves = (255 * test_picture(TRANSFORMER.size)).astype(np.uint8)
    content, style = folder / "content.jpg", folder / "style.jpg"
    Image.fromarray(waves).save(content, quality=95)
    Image.fromarray(waves[::-1, :, ::-1].copy()).save(style, quality=95)
    return content, style


def write_style_layers(bench: Bench, path: Path) -> None:
    weights = bench.models.weights(TRANSFORMER.network)
    arrays = {}
    for name, (dense, biases) in style_layers(weights, build(TRANSFORMER, weights)).items():
        arrays[f"{name}:weights"], arrays[f"{name}:biases"] = dense, biases
    np.savez(path, allow_pickle=False, **arrays)


def measure_whole(bench: Bench, threads: list[int], runtimes: list[str]) -> list[dict[str, Any]]:
    """Measures NST and the peers as whole programs. Peers use their default setting: compiling in
    advance pays only for many pictures."""
    folder, model = bench.folder, bench.models.mobile
    content, style = write_pictures(folder)
    layers, out = folder / "style_layers.npz", folder / "out.png"
    write_style_layers(bench, layers)

    def peer(runtime: str, n: int) -> Launched:
        job = {
            "runtime": runtime,
            "setting": [],
            "predictor": str(bench.model_files(PREDICTOR, runtime)),
            "transformer": str(bench.model_files(TRANSFORMER, runtime)),
            "style_layers": str(layers),
            "content": str(content),
            "style": str(style),
            "out": str(out),
            "threads": n,
            "cpus": processors(n),
        }
        return launch([sys.executable, HERE / "peer_program.py", json.dumps(job)], n)

    def nst(n: int) -> Launched:
        return bench.nst.stylize(model, content, style, out, n)

    results = []
    for n in threads:
        programs: dict[str, Callable[[], Launched]] = {NST: partial(nst, n)}
        programs |= {name: partial(peer, name, n) for name in runtimes}
        for program in programs.values():
            program()  # this run brings the program's files into the page cache
        launched: dict[str, list[Launched]] = {name: [] for name in programs}
        for _ in range(bench.rounds):
            for name, program in programs.items():
                launched[name].append(program())
        entries = []
        for name, runs in launched.items():
            times_ms = [run.elapsed_ms for run in runs]
            peak = max(run.peak_bytes for run in runs)
            median = statistics.median(times_ms)
            entries.append(
                {"runtime": name, "median_ms": median, "times_ms": times_ms, "peak_bytes": peak}
            )
            print(f"whole program, {n} threads: {name}: {median:.0f} ms", file=sys.stderr)
        results.append({"threads": n, "entries": entries})
    return results
