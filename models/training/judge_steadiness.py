"""Compares the mesh and the flicker of model files on one photograph and several styles.

    python judge_steadiness.py --models mobile.safetensors candidate.safetensors --photograph PHOTO.jpg \
      --styles a.jpg b.jpg c.jpg

- Mesh: decibels of the lines of 4 and 2 pixels over their neighbours. The pictures are the
  photograph enlarged to HEIGHT, its upper AREA (a sky), and a grainy gradient.
- Flicker: difference of consecutive paintings in levels, after the motion is undone. The photograph
  with a shorter side of FRAME moves by 1, 2, 3 and 4 pixels a frame.
"""
import argparse

import numpy as np
import torch

import data
from steadiness import flicker, spectral_line
from weights_file import load_networks

HEIGHT, AREA = 2160, (512, 1024)
FRAME, SIDE = 480, 384
STYLE_SIZE = 256
LUMA = torch.tensor([0.299, 0.587, 0.114])[:, None, None]


def gradient():
    """Returns a sky, uint8 [*AREA,3], with grain of 1.5 levels."""
    rng = np.random.default_rng(0)
    down, across = np.linspace(0, 1, AREA[0])[:, None, None], np.linspace(0, 20, AREA[1])[None, :, None]
    sky = down * (60, 50, 30) + (110, 140, 200) + across + rng.normal(0, 1.5, (*AREA, 3))
    return sky.clip(0, 255).astype(np.uint8)


def figures(transformer, vector, skies, moving):
    lines = []
    for sky in skies:
        luma = 255 * (transformer(data.to_tensor([sky]), vector)[0] * LUMA).sum(0).numpy()
        lines += [spectral_line(luma, period) for period in (4, 2)]
    paint = lambda x: transformer(x, vector)
    return lines + [flicker(paint, moving, (0, step), SIDE) for step in (1, 2, 3, 4)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", nargs="+", required=True)
    parser.add_argument("--photograph", required=True)
    parser.add_argument("--styles", nargs="+", required=True)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    photograph, = data.load([args.photograph], HEIGHT)
    height, width = photograph.shape[:2]
    large = data.resize(photograph, HEIGHT, width * HEIGHT // height)
    shorter = min(height, width)
    small = data.resize(photograph, height * FRAME // shorter, width * FRAME // shorter)
    skies, moving = [large[:AREA[0], :AREA[1]], gradient()], data.to_tensor([small])
    views = data.to_tensor([data.resize(s, STYLE_SIZE) for s in data.load(args.styles, 512)])
    print("| style | model | sky: period 4, 2 (dB) | gradient: period 4, 2 (dB) | pan of 1, 2, 3, 4 px (levels) |")
    print("|---|---|---|---|---|")
    means = {}
    with torch.inference_mode():
        networks = {path: load_networks(path) for path in args.models}
        for name, view in zip(args.styles, views):
            for path, (predictor, transformer) in networks.items():
                row = figures(transformer, predictor(view[None]), skies, moving)
                means.setdefault(path, []).append(row)
                report(name, path, row)
    for path, rows in means.items():
        report("mean", path, np.mean(rows, 0))


def report(style, model, row):
    mesh = [f"{a:.0f}, {b:.0f}" for a, b in (row[:2], row[2:4])]
    print(f"| {style} | {model} | {mesh[0]} | {mesh[1]} | " + ", ".join(f"{v:.2f}" for v in row[4:]) + " |", flush=True)


if __name__ == "__main__":
    main()
