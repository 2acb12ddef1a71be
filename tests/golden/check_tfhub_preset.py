"""Compares `nst-run --preset tfhub` with TensorFlow on photographs, byte by byte.

    check_tfhub_preset.py NST_RUN MODEL CHECKPOINT --content PHOTO... --style PAINTING...

- NST_RUN: the program nst-run.
- CHECKPOINT: prefix of a TF1 checkpoint of the Inception model.
- MODEL: the model file that nst-weights made of CHECKPOINT.

TensorFlow's side repeats the steps of the reference app: decode, divide by 255, tf.image.resize to
256 x 256, run the network, multiply by 255, cut off to a byte.

Compares every content with every style. Exits with 0 if each pair has at least 99 % equal bytes and
no byte is off by more than one, otherwise with 1.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import tensorflow as tf
from PIL import Image

import networks
from check_networks import checkpoint_weights


def app_input(path):
    picture = np.asarray(Image.open(path).convert("RGB")).astype(np.float32) / np.float32(255)
    return tf.image.resize(picture[None], [256, 256])


def app_output(weights, content, style):
    net = networks.Network(weights)
    bottleneck = networks.inception_bottleneck(net, app_input(style))
    image = networks.stylize(net, app_input(content), bottleneck)
    return (np.asarray(image) * 255).astype(np.uint8)


def nst_output(nst_run, model, content, style):
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.png"
        command = [nst_run, content, "-s", style, "-o", out, "-m", model, "--preset", "tfhub", "-q"]
        subprocess.run([str(part) for part in command], check=True)
        return np.asarray(Image.open(out).convert("RGB"))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("nst_run")
    parser.add_argument("model")
    parser.add_argument("checkpoint")
    parser.add_argument("--content", nargs="+", required=True)
    parser.add_argument("--style", nargs="+", required=True)
    args = parser.parse_args()

    weights = checkpoint_weights(args.checkpoint)
    failed = False
    for content in args.content:
        for style in args.style:
            want = app_output(weights, content, style)
            got = nst_output(args.nst_run, args.model, content, style)
            off = np.abs(got.astype(int) - want.astype(int))
            equal = float((off == 0).mean())
            bad = got.shape != want.shape or equal < 0.99 or off.max() > 1
            failed |= bad
            names = f"{Path(content).name} + {Path(style).name}"
            verdict = " FAILED" if bad else ""
            print(f"{names}: {100 * equal:.3f} % equal, off by at most {off.max()}{verdict}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
