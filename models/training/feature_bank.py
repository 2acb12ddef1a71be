"""Computes the mobile teacher's features of views once and keeps them in WORK.

The views are those whose vectors are found.

A view's features are two vectors. The first is the mean of the teacher's last layer, to which a
linear head can be added as in the published predictor. The second is what `warm_start.describe`
returns from earlier layers.
"""
import os
from pathlib import Path

import torch

import data
from vector_file import VectorFile
from warm_start import describe


@torch.no_grad()
def features(appearance, picture):
    """Returns (top [1280], described [D]) of a uint8 picture [h,w,3]."""
    return (appearance.predictor.top_means(data.to_tensor([picture]))[0],
            describe(appearance, appearance.style(picture), picture))


class FeatureBank:
    """Maps (picture, view) of a `Pictures` to (top, described)."""

    def __init__(self, work, appearance, pictures):
        self.file, self.appearance, self.pictures = Path(work) / "features.pt", appearance, pictures
        self.known = torch.load(self.file, weights_only=True) if self.file.exists() else {}

    def of(self, items):
        """Returns (top [n,1280], described [n,D]) of a list of (picture, view). New features are
        computed and stored."""
        new = [item for item in items if item not in self.known]
        for item in new:
            found = features(self.appearance, self.pictures.view(*item))
            self.known[item] = tuple(f.half() for f in found)
        if new:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            beside = self.file.with_suffix(".tmp")
            torch.save(self.known, beside)
            os.replace(beside, self.file)
        return [torch.stack(parts).float() for parts in zip(*(self.known[item] for item in items))]


def load_items(path, recipe, pictures):
    """Returns the (training, held-out) lists of ((picture, view), vector) from the file of vectors."""
    done = VectorFile(path, recipe).done()
    return [[(item, vector) for item, vector in done.items() if pictures.held_out(item[0]) == held]
            for held in (False, True)]
