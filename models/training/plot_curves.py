"""Draws the logs of both runs, their anneals and the run as one in an SVG file.

    python plot_curves.py --work FOLDER -o curves.svg
"""
import argparse
import csv
from pathlib import Path

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402  (the backend must be chosen first)

PANELS = (
    ("predictor", "training", "loss", "predictor: training loss"),
    ("predictor", "validation", "style", "predictor: rms error / std, held-out paintings"),
    ("predictor", "validation", "content", "predictor: rms error / std, held-out photographs"),
    ("transformer", "training", "l1", "transformer: training L1"),
    ("transformer", "validation", "psnr", "transformer alone: PSNR, held-out pairs (dB)"),
    ("transformer", "validation", "ssim", "transformer alone: SSIM, held-out pairs"),
    ("pair", "training", "l1", "both as one: training L1"),
    ("pair", "validation", "psnr", "both as one: PSNR, held-out pairs (dB)"),
    ("pair", "validation", "ssim", "both as one: SSIM, held-out pairs"),
)
BRANCHES = (("", "long run"), ("-anneal", "anneal"), ("-2", "second anneal"), ("-3", "third anneal"))
GOALS = {"style": 0.15, "content": 0.15, "psnr": 20.5, "ssim": 0.80}


def column(path, name):
    with open(path, newline="") as file:
        rows = [row for row in csv.DictReader(file) if row[name]]
    return [int(r["step"]) for r in rows], [float(r[name]) for r in rows]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", required=True)
    parser.add_argument("-o", "--output", required=True)
    args = parser.parse_args()
    plt.rcParams.update({"svg.hashsalt": "nst", "font.size": 8, "svg.fonttype": "none"})
    figure, axes = plt.subplots(3, 3, figsize=(11, 8.1), layout="constrained")
    for axis, (run, log, name, title) in zip(axes.flat, PANELS):
        for suffix, label in BRANCHES if run != "pair" else (("", "fine-tuning"),):
            path = Path(args.work) / (run + suffix) / f"{log}.csv"
            if path.exists():
                axis.plot(*column(path, name), label=label, linewidth=1, marker=".", markersize=3)
        if name in GOALS and log == "validation":
            axis.axhline(GOALS[name], color="grey", linestyle=":", linewidth=1, label="bound of the default model")
        if log == "training":
            axis.set_yscale("log")
        axis.set_title(title, fontsize=8)
        axis.set_xlabel("step")
        axis.grid(alpha=0.3)
        axis.legend(fontsize=7)
    figure.savefig(args.output, metadata={"Date": None})


if __name__ == "__main__":
    main()
