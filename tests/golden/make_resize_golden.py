"""Writes tests/fixtures/resize: results of tf.image.resize for Resize::smooth, tf and tf1.

The picture is 23x17 uint8. Sample i is the top 8 bits of PseudoRandom(11, "resize").bits24(i). A
file METHOD_WIDTHxHEIGHT.npy holds float32 samples in 0..1.

Usage: make_resize_golden.py [FOLDER]     needs TensorFlow 2.x
"""

import pathlib
import sys

import numpy as np
import tensorflow as tf

from pseudo_random import PseudoRandom

WIDTH, HEIGHT = 23, 17
SIZES = [(23, 17), (8, 8), (11, 5), (46, 34), (31, 40), (1, 1), (5, 29)]
FOLDER = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parents[1] / "fixtures" / "resize")

METHODS = {
    "smooth": lambda picture, size: tf.image.resize(picture, size, antialias=True),
    "tf": lambda picture, size: tf.image.resize(picture, size),
    "tf1": lambda picture, size: tf.compat.v1.image.resize_bilinear(picture[None], size)[0],
}

if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    bits = PseudoRandom(11, "resize").bits24(np.arange(HEIGHT * WIDTH * 3))
    picture = (bits >> 16).astype(np.uint8).reshape(HEIGHT, WIDTH, 3)
    for method, resize in METHODS.items():
        for width, height in SIZES:
            resized = resize(tf.constant(picture), [height, width]).numpy().astype(np.float32) / np.float32(255)
            np.save(FOLDER / f"{method}_{width}x{height}.npy", resized)
