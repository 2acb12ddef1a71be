"""A peer's whole program: two JPEGs in, a PNG out.

The program loads everything it needs. whole_programs.py starts it with a job (JSON) as its
argument. Pictures keep their size.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path


def main() -> None:
    job = json.loads(sys.argv[1])
    os.sched_setaffinity(0, job["cpus"])

    import numpy as np
    from PIL import Image

    from runtimes import RUNTIMES

    def read(path: str) -> np.ndarray:
        return np.asarray(Image.open(path).convert("RGB"), np.float32) / np.float32(255)

    def run(stem: str, picture: np.ndarray, vectors: dict[str, np.ndarray]) -> np.ndarray:
        runtime = RUNTIMES[job["runtime"]](Path(stem), job["threads"], frozenset(job["setting"]))
        runtime.feed(picture, vectors)
        runtime.infer()
        return runtime.output()

    style = run(job["predictor"], read(job["style"]), {}).reshape(100)
    with np.load(job["style_layers"]) as layers:
        names = [name.removesuffix(":weights") for name in layers if name.endswith(":weights")]
        vectors = {n: style @ layers[f"{n}:weights"] + layers[f"{n}:biases"] for n in names}
    painted = run(job["transformer"], read(job["content"]), vectors)
    pixels = np.rint(painted * np.float32(255)).astype(np.uint8)
    Image.fromarray(pixels).save(job["out"])


if __name__ == "__main__":
    main()
