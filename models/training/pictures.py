"""The pictures that get style vectors, and the views of these pictures."""
from pathlib import Path

import numpy as np

import augment
import data

SIZE = 256  # side of a view in pixels
VIEW_SEED = 5
LEAST_CONTRAST = 5  # contrast in levels of 0..255


class Pictures:
    """Holds both lists as one: paintings first, then photographs.

    T's space also holds vectors of photographs, because a strength below 1 mixes in the content's
    own vector.
    """

    def __init__(self, folder):
        lists = [data.list_pictures(Path(folder) / kind) for kind in ("style", "content")]
        self.paths, self.paintings = lists[0] + lists[1], len(lists[0])

    def held_out(self, index):
        return (index if index < self.paintings else index - self.paintings) % data.HOLD_OUT_EVERY == 0

    def view(self, index, view):
        """Returns uint8 [SIZE,SIZE,3]. View 0 is the whole picture, made square. View 1 is a part
        in other colours. Later views may be strange.

        A view is the same in every run as long as augment.py does not change.
        """
        picture, = data.load([self.paths[index]])
        if view == 0:
            return data.resize(picture, SIZE)
        rng = np.random.default_rng([VIEW_SEED, index, view])
        if view == 1:
            return augment.plain_view(rng, picture, SIZE)
        return augment.style_view(rng, [picture], [picture], SIZE)


def is_fit(picture):
    """Returns whether the picture has contrast. Nine of our paintings are black, and some views are
    flat."""
    return picture[::4, ::4].std(axis=(0, 1)).max() >= LEAST_CONTRAST
