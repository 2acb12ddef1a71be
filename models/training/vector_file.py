"""The file of found vectors: a .npy of records, small enough to be rewritten after every batch."""
import os
from pathlib import Path

import numpy as np
import torch

RECORD = np.dtype([("recipe", "u1"), ("view", "u1"), ("picture", "<u2"), ("vector", "<f2", 100),
                   ("style", "<f2"), ("content", "<f2"), ("prior", "<f2")])


def read(path):
    """Returns the records in the order in which they were found."""
    return np.load(path) if Path(path).exists() else np.empty(0, RECORD)


class VectorFile:
    """Reads and extends the file of found vectors.

    `picture` is an index in the sorted list of paintings followed by the sorted list of
    photographs, with held-out ones. The losses are weighted as in the descent.
    """

    def __init__(self, path, recipe):
        self.path, self.recipe, self.records = Path(path), recipe, read(path)
        if len(self.records) and self.records.dtype != RECORD:
            raise SystemExit(f"{path}: of another format")

    def done(self):
        """Returns {(picture, view): float [100]} of this recipe."""
        return {(int(r["picture"]), int(r["view"])): torch.from_numpy(r["vector"].astype(np.float32))
                for r in self.records if r["recipe"] == self.recipe}

    def add(self, batch, vectors, losses):
        """Writes the extended records to a second file and renames it. An interruption leaves the
        previous file."""
        new = np.zeros(len(batch), RECORD)
        new["recipe"] = self.recipe
        new["picture"], new["view"] = zip(*batch)
        new["vector"] = vectors.numpy()
        for name, values in losses.items():
            new[name] = values.numpy()
        self.records = np.concatenate([self.records, new])
        self.path.parent.mkdir(parents=True, exist_ok=True)
        beside = self.path.with_suffix(".tmp")
        with open(beside, "wb") as file:
            np.save(file, self.records)
        os.replace(beside, self.path)
