"""The published 5-block network's known style vectors, and the pictures of some of them.

The vectors serve as a judge, and they show where in the 100-dimensional space vectors of paintings
are. None of the pictures is used in training.
"""
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image

KINDS = ("recovered", "distilled", "distilled_without_picture")  # keys of vectors.json


@dataclass
class Known:
    name: str
    kind: str  # one of KINDS: vectors of the Inception predictor, or of the published MobileNetV2 distilled from it
    vector: torch.Tensor  # style vector [100]
    picture: np.ndarray | None  # picture, uint8 [h,w,3] with a shorter side of 256


def load_known(folder):
    """Returns a Known for every vector in FOLDER/vectors.json, in the file's order."""
    folder, found = Path(folder), []
    table = json.loads((folder / "vectors.json").read_text())
    for kind in KINDS:
        for name, entry in table[kind].items():
            picture = None
            if entry.get("picture"):
                with Image.open(folder / entry["picture"]) as file:
                    picture = np.asarray(file.convert("RGB"))
            found.append(Known(name, kind, torch.tensor(entry["vector"]), picture))
    return found


@dataclass
class Prior:
    """The normal distribution of style vectors.

    The covariance, in units of the known vectors' deviation, is SPREAD times theirs plus 1 - SPREAD
    times the identity. The identity is needed because 29 vectors span only 28 of the 100
    dimensions.
    """
    mean: torch.Tensor  # mean [100]
    unit: torch.Tensor  # deviations [100], at least LEAST_UNIT
    precision: torch.Tensor  # precision [100,100] of (vector - mean) / unit
    covariance: torch.Tensor  # covariance [100,100], the inverse of `precision`

    SPREAD = 0.9
    LEAST_UNIT = 0.05

    @classmethod
    def of(cls, vectors, unit=None):
        """Returns the prior of `vectors` [n,100]. `unit` replaces their deviations by those of
        another set."""
        unit = vectors.std(0).clamp_min(cls.LEAST_UNIT) if unit is None else unit
        scaled = vectors / unit
        covariance = cls.SPREAD * torch.cov(scaled.T) + (1 - cls.SPREAD) * torch.eye(len(unit))
        return cls(vectors.mean(0), unit, torch.linalg.inv(covariance), covariance)

    def penalty(self, vectors):
        """Returns the squared distances [n] from the mean, in deviations."""
        z = (vectors - self.mean) / self.unit
        return ((z @ self.precision) * z).sum(1)

    def draw(self, n, generator):
        root = torch.linalg.cholesky(self.covariance)
        return self.mean + (torch.randn(n, len(self.unit), generator=generator) @ root.T) * self.unit


def without(known, name):
    """Returns [n,100]: all vectors except NAME's. So the prior that judges a picture has not seen
    its vector."""
    return torch.stack([k.vector for k in known if k.name != name])
