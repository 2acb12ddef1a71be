"""The measured cases: a network, a side of the picture, and the picture itself."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from safetensors.numpy import load_file

import networks

if TYPE_CHECKING:
    from graph import Array, Graph

Network = Literal[
    "inception", "mobilenet", "transformer", "transformer-quarter", "transformer-hub"
]
MODEL_OF: dict[Network, Literal["inception", "mobile", "hub"]] = {
    "inception": "inception",
    "mobilenet": "mobile",
    "transformer": "inception",
    "transformer-quarter": "mobile",
    "transformer-hub": "hub",
}
TITLES: dict[Network, str] = {
    "inception": "Inception-v3 predictor",
    "mobilenet": "MobileNetV2 predictor",
    "transformer": "transformer α=1",
    "transformer-quarter": "transformer α=0.25",
    "transformer-hub": "transformer of 20 blocks",
}


@dataclass(frozen=True)
class Case:
    """A network and the side of its input picture."""

    network: Network
    size: int

    @classmethod
    def parse(cls, name: str) -> Case:
        network, _, size = name.rpartition("-")
        if network not in MODEL_OF:
            raise ValueError(f"no case is named {name}; networks are {', '.join(MODEL_OF)}")
        return cls(network, int(size))

    @property
    def name(self) -> str:
        return f"{self.network}-{self.size}"

    @property
    def title(self) -> str:
        return f"{TITLES[self.network]}, {self.size}²"

    @property
    def stage(self) -> Literal["predictor", "transformer"]:
        return "transformer" if self.network.startswith("transformer") else "predictor"


CASES = (
    Case("inception", 256),
    Case("mobilenet", 256),
    Case("transformer", 256),
    Case("transformer", 1024),
    Case("transformer-quarter", 256),
    Case("transformer-quarter", 1024),
)


# A case that is measured if TF Hub's model is given. Its predictor is not measured, because it is
# the Inception-v3 of the other cases.
HUB_CASES = (Case("transformer-hub", 256), Case("transformer-hub", 1024))


@dataclass(frozen=True)
class Models:
    """The NST model files. Each holds a predictor and its transformer."""

    inception: Path
    mobile: Path
    hub: Path | None

    def path(self, network: Network) -> Path:
        path = getattr(self, MODEL_OF[network])
        if path is None:
            raise ValueError(f"{network} needs --{MODEL_OF[network]}")
        return path

    def weights(self, network: Network) -> dict[str, Array]:
        tensors = load_file(self.path(network))
        return {name: values.astype(np.float32) for name, values in tensors.items()}


def build(case: Case, weights: dict[str, Array]) -> Graph:
    """Returns the network of a case as a graph."""
    builders = {
        "inception": networks.inception_v3,
        "mobilenet": networks.mobilenet_v2,
        "transformer": networks.transformer,
        "transformer-quarter": networks.transformer,
        "transformer-hub": networks.transformer,
    }
    return builders[case.network](weights, case.size, case.size)


def test_picture(side: int) -> Array:
    """Returns the test picture of `nst-run bench`: waves in three directions, [side, side, 3] in
    [0, 1]."""
    y, x = np.mgrid[0:side, 0:side].astype(np.float32)
    waves = [np.sin(0.11 * x), np.sin(0.07 * y), np.sin(0.05 * (x + y))]
    return (0.5 + 0.5 * np.stack(waves, axis=-1)).astype(np.float32)
