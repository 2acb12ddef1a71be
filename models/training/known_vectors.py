"""Style vectors that are known of the published 5-block network, and the pictures some were made of.

They judge, and say where in the 100-dimensional space vectors of paintings lie; no picture is trained on.
"""
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image

KINDS = ("recovered", "distilled", "distilled_without_picture")  # the keys of vectors.json


@dataclass
class Known:
    name: str
    kind: str  # one of KINDS: of the Inception predictor, or of the published MobileNetV2 distilled from it
    vector: torch.Tensor  # [100]
    picture: np.ndarray | None  # uint8 [h,w,3] with a shorter side of 256


def load_known(folder):
    """Known of every vector in FOLDER/vectors.json, in the file's order."""
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
    """Where vectors lie: a normal distribution. Its covariance is SPREAD of that of the known vectors, in
    units of their deviation, and the rest of the identity: 29 vectors span 28 of the 100 dimensions."""
    mean: torch.Tensor  # [100]
    unit: torch.Tensor  # [100], deviations, at least LEAST_UNIT
    precision: torch.Tensor  # [100,100], of (vector - mean) / unit
    covariance: torch.Tensor  # [100,100], its inverse

    SPREAD = 0.9
    LEAST_UNIT = 0.05

    @classmethod
    def of(cls, vectors, unit=None):
        """`vectors` [n,100]; `unit` where another set's deviations are to serve."""
        unit = vectors.std(0).clamp_min(cls.LEAST_UNIT) if unit is None else unit
        scaled = vectors / unit
        covariance = cls.SPREAD * torch.cov(scaled.T) + (1 - cls.SPREAD) * torch.eye(len(unit))
        return cls(vectors.mean(0), unit, torch.linalg.inv(covariance), covariance)

    def penalty(self, vectors):
        """Squared distance from the mean, in deviations: [n]."""
        z = (vectors - self.mean) / self.unit
        return ((z @ self.precision) * z).sum(1)

    def draw(self, n, generator):
        root = torch.linalg.cholesky(self.covariance)
        return self.mean + (torch.randn(n, len(self.unit), generator=generator) @ root.T) * self.unit


def without(known, name):
    """[n,100] of all vectors but NAME's: a picture is judged by a prior that has not seen its answer."""
    return torch.stack([k.vector for k in known if k.name != name])
