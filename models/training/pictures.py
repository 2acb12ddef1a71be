"""The pictures that get vectors, and the views of them."""
from pathlib import Path

import numpy as np

import augment
import data

SIZE = 256  # of the views
VIEW_SEED = 5
LEAST_CONTRAST = 5  # levels


class Pictures:
    """Both lists as one: paintings first, photographs after them. T's space holds vectors of photographs too:
    a strength below 1 mixes in the content's own."""

    def __init__(self, folder):
        lists = [data.list_pictures(Path(folder) / kind) for kind in ("style", "content")]
        self.paths, self.paintings = lists[0] + lists[1], len(lists[0])

    def held_out(self, index):
        return (index if index < self.paintings else index - self.paintings) % data.HOLD_OUT_EVERY == 0

    def view(self, index, view):
        """uint8 [SIZE,SIZE,3]: view 0 is the whole picture, its aspect ratio lost, view 1 a part of it in
        other colours, the others may be strange; the same in every run, while augment.py stays."""
        picture, = data.load([self.paths[index]])
        if view == 0:
            return data.resize(picture, SIZE)
        rng = np.random.default_rng([VIEW_SEED, index, view])
        if view == 1:
            return augment.plain_view(rng, picture, SIZE)
        return augment.style_view(rng, [picture], [picture], SIZE)


def is_fit(picture):
    """Not one flat colour: nine of our paintings are black, and some views are."""
    return picture[::4, ::4].std(axis=(0, 1)).max() >= LEAST_CONTRAST
