"""Draws the logs of all runs in an SVG file.

The runs are both long runs, their branches, and the run of the pair.

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
# A widened predictor counts its steps from 0. Its curve is drawn after that of the run that it came
# from.
BRANCHES = (("", "long run", 0), ("-anneal", "anneal", 0), ("-2", "second anneal", 0), ("-3", "third anneal", 0),
            ("-wide", "widened", 21100), ("-wide-2", "widened, annealed again", 21100), ("-4", "fourth anneal", 0),
            ("-wide-3", "widened, annealed a third time", 21100), ("-5", "fifth anneal", 0), ("-6", "sixth anneal", 0))
PAIR_BRANCHES = (("", "from predictor-3, transformer-3", 0), ("-2", "from predictor-wide-2, transformer-5", 0),
                 ("-3", "from predictor-wide-3, transformer-6", 0))
MEAN_OF = 10  # rows of a training log for one point
GOALS = {"style": 0.15, "content": 0.15, "psnr": 20.5, "ssim": 0.80}


def column(path, name, mean_of, offset):
    with open(path, newline="") as file:
        rows = [(int(row["step"]) + offset, float(row[name])) for row in csv.DictReader(file) if row[name]]
    groups = [rows[i:i + mean_of] for i in range(0, len(rows), mean_of)]
    return [group[-1][0] for group in groups], [sum(v for _, v in group) / len(group) for group in groups]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", required=True)
    parser.add_argument("-o", "--output", required=True)
    args = parser.parse_args()
    plt.rcParams.update({"svg.hashsalt": "nst", "font.size": 8, "svg.fonttype": "none"})
    figure, axes = plt.subplots(3, 3, figsize=(11, 8.1), layout="constrained")
    for axis, (run, log, name, title) in zip(axes.flat, PANELS):
        mean_of = MEAN_OF if log == "training" else 1
        for suffix, label, offset in PAIR_BRANCHES if run == "pair" else BRANCHES:
            path = Path(args.work) / (run + suffix) / f"{log}.csv"
            if path.exists():
                axis.plot(*column(path, name, mean_of, offset), label=label, linewidth=1)
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
