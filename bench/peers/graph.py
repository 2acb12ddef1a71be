"""A network as a list of nodes, from which every peer's model is made.

Pictures are named values of a static shape (h, w, c). Convolution weights are HWIO, as in the model
file. A peer's writer walks `Graph.nodes` and writes each node in the peer's format.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Shape = tuple[int, int, int]  # height, width, channels
Activation = Literal["none", "relu", "relu6", "sigmoid"]
Padding = Literal["valid", "same", "reflect"]


@dataclass(frozen=True)
class Pads:
    """Pixels added around a picture before a window slides over it."""

    top: int = 0
    left: int = 0
    bottom: int = 0
    right: int = 0

    def __bool__(self) -> bool:
        return self != Pads()


@dataclass(frozen=True)
class Node:
    """One operation: the name and shape of its result, and the values that it reads."""

    name: str
    inputs: tuple[str, ...]
    shape: Shape


@dataclass(frozen=True)
class Pad(Node):
    """Mirrors `pads` pixels at the borders, without repeating the edge."""

    pads: Pads


@dataclass(frozen=True)
class Conv(Node):
    """Convolution over zero padding, optional bias, activation. Depthwise weights are [kh, kw, c,
    1]."""

    weights: Array
    biases: Array | None
    stride: int
    pads: Pads
    act: Activation
    depthwise: bool


@dataclass(frozen=True)
class Pool(Node):
    """A pool with a 3x3 window. The average counts valid pixels only."""

    kind: Literal["max", "average"]
    stride: int
    pads: Pads


@dataclass(frozen=True)
class Concat(Node):
    """The channels of all inputs, one input after the other."""


@dataclass(frozen=True)
class Add(Node):
    """The sum of two pictures."""


@dataclass(frozen=True)
class Mean(Node):
    """The mean over height and width, [1, 1, c]."""


@dataclass(frozen=True)
class Upsample(Node):
    """Repeats every pixel twice in both directions."""


@dataclass(frozen=True)
class InstanceNorm(Node):
    """(x - mean) / sqrt(variance + epsilon) * gamma + beta, then the activation.

    Gamma and beta ([c] each) are inputs of the network, because each run chooses a style.
    """

    gamma: str
    beta: str
    act: Activation
    epsilon: float = 1e-5


@dataclass
class Graph:
    """Nodes in order of execution, and the names of the picture and the style inputs."""

    input_shape: Shape
    input_name: str = "picture"
    nodes: list[Node] = field(default_factory=list)
    vectors: dict[str, int] = field(default_factory=dict)  # sizes of gamma and beta by name

    def __post_init__(self) -> None:
        self._shapes: dict[str, Shape] = {self.input_name: self.input_shape}

    @property
    def output(self) -> Node:
        return self.nodes[-1]

    def shape(self, value: str) -> Shape:
        return self._shapes[value]

    def add(self, node: Node) -> str:
        if node.name in self._shapes:
            raise ValueError(f"two values are named {node.name}")
        self.nodes.append(node)
        self._shapes[node.name] = node.shape
        return node.name


def same_pads(h: int, w: int, kh: int, kw: int, stride: int) -> Pads:
    """Returns the pads of TensorFlow's SAME. An odd pixel goes to the bottom or right."""

    def split(size: int, k: int) -> tuple[int, int]:
        total = max((-(-size // stride) - 1) * stride + k - size, 0)
        return total // 2, total - total // 2

    (top, bottom), (left, right) = split(h, kh), split(w, kw)
    return Pads(top, left, bottom, right)
