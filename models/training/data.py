"""The sets of pictures: their lists, the held-out pictures, and decoding into memory.

A folder of training pictures has `content/` and `style/`. Every 32nd picture of each sorted list is
held out: no training step uses it, not even through a bottleneck.
"""
from pathlib import Path

import numpy as np
import torch
from PIL import Image

SUFFIXES = {".jpg", ".jpeg", ".png"}
HOLD_OUT_EVERY = 32


def list_pictures(folder):
    paths = sorted(p for p in Path(folder).iterdir() if p.suffix.lower() in SUFFIXES)
    if not paths:
        raise SystemExit(f"{folder}: no pictures")
    return paths


def split(paths):
    """Returns (training, held out). Pictures with index % 32 == 0 are held out."""
    return ([p for i, p in enumerate(paths) if i % HOLD_OUT_EVERY],
            [p for i, p in enumerate(paths) if i % HOLD_OUT_EVERY == 0])


def load(paths, longest_short_side=448):
    """Returns the pictures as uint8 arrays [h,w,3]. Larger pictures are reduced, which keeps the
    sets within 2 GB of memory."""
    pictures = []
    for path in paths:
        with Image.open(path) as file:
            image = file.convert("RGB")
        scale = longest_short_side / min(image.size)
        if scale < 1:
            size = (round(image.width * scale), round(image.height * scale))
            image = image.resize(size, Image.Resampling.LANCZOS)
        pictures.append(np.asarray(image))
    return pictures


def load_training(folder):
    """Returns (content, style): the training pictures of both lists."""
    return [load(split(list_pictures(Path(folder) / kind))[0]) for kind in ("content", "style")]


def load_held_out(folder, longest_short_side=4096):
    return [load(split(list_pictures(Path(folder) / kind))[1], longest_short_side)
            for kind in ("content", "style")]


def resize(picture, height, width=None):
    """Returns uint8 [height,width,3], resized bilinearly with antialias. Without `width`, the
    result is square."""
    size = (width or height, height)
    return np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.BILINEAR))


def to_tensor(pictures):
    """Converts uint8 [n,h,w,3], or a list of [h,w,3], to float [n,3,h,w] in [0,1], channels_last."""
    array = np.stack(pictures) if isinstance(pictures, list) else pictures
    return torch.from_numpy(array).permute(0, 3, 1, 2).float().div_(255)


def to_bytes(pictures):
    """Converts float [n,3,h,w] in [0,1] to uint8 [n,h,w,3]."""
    return pictures.permute(0, 2, 3, 1).mul(255).round().byte()
