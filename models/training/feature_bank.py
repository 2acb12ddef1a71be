"""What the mobile teacher sees in the views whose vectors are found, made once and kept in WORK.

A view's features are the mean of the teacher's last layer, which a linear head can be put on as in the
published predictor, and what `warm_start.describe` takes from earlier layers.
"""
import os
from pathlib import Path

import torch

import data
from vector_file import VectorFile
from warm_start import describe


@torch.no_grad()
def features(appearance, picture):
    """(top [1280], described [D]) of a uint8 picture [h,w,3]."""
    return (appearance.predictor.top_means(data.to_tensor([picture]))[0],
            describe(appearance, appearance.style(picture), picture))


class FeatureBank:
    """{(picture, view): (top, described)} of a `Pictures`."""

    def __init__(self, work, appearance, pictures):
        self.file, self.appearance, self.pictures = Path(work) / "features.pt", appearance, pictures
        self.known = torch.load(self.file, weights_only=True) if self.file.exists() else {}

    def of(self, items):
        """(top [n,1280], described [n,D]) of [(picture, view)]; what is new is computed and kept."""
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
    """(training, held-out) lists of ((picture, view), vector) from the file of vectors."""
    done = VectorFile(path, recipe).done()
    return [[(item, vector) for item, vector in done.items() if pictures.held_out(item[0]) == held]
            for held in (False, True)]
