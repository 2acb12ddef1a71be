"""The networks, layer by layer as in engine/networks/*.cpp, and their style parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph import (
    Activation,
    Add,
    Array,
    Concat,
    Conv,
    Graph,
    InstanceNorm,
    Mean,
    Pad,
    Padding,
    Pads,
    Pool,
    Upsample,
    same_pads,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    Weights = Mapping[str, Array]


class Builder:
    """Adds layers to a graph. Weights are found by name."""

    def __init__(self, weights: Weights, h: int, w: int) -> None:
        self.graph = Graph((h, w, 3))
        self._weights = weights

    def conv(
        self,
        x: str,
        layer: str,
        stride: int = 1,
        padding: Padding = "same",
        act: Activation = "none",
        depthwise: bool = False,
    ) -> str:
        weights = self._weights[f"{layer}/{'depthwise_' if depthwise else ''}weights"]
        kh, kw = weights.shape[:2]
        h, w, c = self.graph.shape(x)
        pads = Pads()
        if padding == "same":
            pads = same_pads(h, w, kh, kw, stride)
            h, w = h + pads.top + pads.bottom, w + pads.left + pads.right
        elif padding == "reflect":
            around = Pads(kh // 2, kw // 2, kh // 2, kw // 2)
            h, w = h + 2 * (kh // 2), w + 2 * (kw // 2)
            x = self.graph.add(Pad(f"{layer}/pad", (x,), (h, w, c), around))
        out_c = c if depthwise else weights.shape[3]
        shape = ((h - kh) // stride + 1, (w - kw) // stride + 1, out_c)
        biases = self._weights.get(f"{layer}/biases")
        name = f"{layer}/conv"
        return self.graph.add(
            Conv(name, (x,), shape, weights, biases, stride, pads, act, depthwise)
        )

    def max_pool(self, x: str, name: str) -> str:
        h, w, c = self.graph.shape(x)
        shape = ((h - 3) // 2 + 1, (w - 3) // 2 + 1, c)
        return self.graph.add(Pool(name, (x,), shape, "max", 2, Pads()))

    def average_pool(self, x: str, name: str) -> str:
        h, w, c = self.graph.shape(x)
        return self.graph.add(Pool(name, (x,), (h, w, c), "average", 1, same_pads(h, w, 3, 3, 1)))

    def concat(self, values: list[str], name: str) -> str:
        h, w, _ = self.graph.shape(values[0])
        channels = sum(self.graph.shape(v)[2] for v in values)
        return self.graph.add(Concat(name, tuple(values), (h, w, channels)))

    def add(self, a: str, b: str, name: str) -> str:
        return self.graph.add(Add(name, (a, b), self.graph.shape(a)))

    def mean(self, x: str, name: str) -> str:
        return self.graph.add(Mean(name, (x,), (1, 1, self.graph.shape(x)[2])))

    def upsample(self, x: str, name: str) -> str:
        h, w, c = self.graph.shape(x)
        return self.graph.add(Upsample(name, (x,), (2 * h, 2 * w, c)))

    def instance_norm(self, x: str, layer: str, act: Activation) -> str:
        shape = self.graph.shape(x)
        gamma, beta = f"{layer}/gamma", f"{layer}/beta"
        self.graph.vectors[gamma] = self.graph.vectors[beta] = shape[2]
        return self.graph.add(InstanceNorm(f"{layer}/norm", (x,), shape, gamma, beta, act))


def inception_v3(weights: Weights, h: int, w: int) -> Graph:
    """Builds the predictor: style picture [h, w, 3] in [0, 1] to the bottleneck [1, 1, 100] or the
    means [1, 1, 768]."""
    b = Builder(weights, h, w)

    def conv(x: str, layer: str, padding: Padding = "same", stride: int = 1) -> str:
        return b.conv(x, f"InceptionV3/{layer}", stride, padding, "relu6")

    def chain(x: str, branch: str, *layers: str) -> str:
        for layer in layers:
            x = conv(x, f"{branch}/{layer}")
        return x

    def pooled(x: str, m: str) -> str:
        x = b.average_pool(x, f"{m}/Branch_3/AvgPool_0a_3x3")
        return conv(x, f"{m}/Branch_3/Conv2d_0b_1x1")

    x = conv(b.graph.input_name, "Conv2d_1a_3x3", "valid", 2)
    x = conv(x, "Conv2d_2a_3x3", "valid")
    x = conv(x, "Conv2d_2b_3x3")
    x = b.max_pool(x, "MaxPool_3a_3x3")
    x = conv(x, "Conv2d_3b_1x1", "valid")
    x = conv(x, "Conv2d_4a_3x3", "valid")
    x = b.max_pool(x, "MaxPool_5a_3x3")
    for m in ("Mixed_5b", "Mixed_5c", "Mixed_5d"):
        b1_layers = ("Conv2d_0a_1x1", "Conv2d_0b_5x5")
        if m == "Mixed_5c":  # slim's names are irregular in this block
            b1_layers = ("Conv2d_0b_1x1", "Conv_1_0c_5x5")
        branches = [
            chain(x, f"{m}/Branch_0", "Conv2d_0a_1x1"),
            chain(x, f"{m}/Branch_1", *b1_layers),
            chain(x, f"{m}/Branch_2", "Conv2d_0a_1x1", "Conv2d_0b_3x3", "Conv2d_0c_3x3"),
            pooled(x, m),
        ]
        x = b.concat(branches, f"{m}/concat")

    m = "Mixed_6a"
    b0 = conv(x, f"{m}/Branch_0/Conv2d_1a_1x1", "valid", 2)
    b1 = chain(x, f"{m}/Branch_1", "Conv2d_0a_1x1", "Conv2d_0b_3x3")
    b1 = conv(b1, f"{m}/Branch_1/Conv2d_1a_1x1", "valid", 2)
    x = b.concat([b0, b1, b.max_pool(x, f"{m}/Branch_2/MaxPool")], f"{m}/concat")

    for m in ("Mixed_6b", "Mixed_6c", "Mixed_6d", "Mixed_6e"):
        branches = [
            chain(x, f"{m}/Branch_0", "Conv2d_0a_1x1"),
            chain(x, f"{m}/Branch_1", "Conv2d_0a_1x1", "Conv2d_0b_1x7", "Conv2d_0c_7x1"),
            chain(
                x,
                f"{m}/Branch_2",
                "Conv2d_0a_1x1",
                "Conv2d_0b_7x1",
                "Conv2d_0c_1x7",
                "Conv2d_0d_7x1",
                "Conv2d_0e_1x7",
            ),
            pooled(x, m),
        ]
        x = b.concat(branches, f"{m}/concat")
    means = b.mean(x, "Mean")
    if "Conv/weights" in weights:
        b.conv(means, "Conv")
    return b.graph


MOBILENET_STRIDES = (1, 2, 1, 2, 1, 1, 2, 1, 1, 1, 1, 1, 1, 2, 1, 1, 1)


def mobilenet_v2(weights: Weights, h: int, w: int) -> Graph:
    """Builds the predictor: style picture [h, w, 3] in [0, 1] to the bottleneck [1, 1, 100]."""
    b = Builder(weights, h, w)
    x = b.conv(b.graph.input_name, "MobilenetV2/Conv", 2, act="relu6")
    for i, stride in enumerate(MOBILENET_STRIDES):
        block = "MobilenetV2/expanded_conv" + (f"_{i}" if i else "")
        y = b.conv(x, f"{block}/expand", act="relu6") if i else x
        y = b.conv(y, f"{block}/depthwise", stride, act="relu6", depthwise=True)
        y = b.conv(y, f"{block}/project")
        residual = i > 0 and b.graph.shape(x) == b.graph.shape(y)
        x = b.add(y, x, f"{block}/add") if residual else y
    x = b.conv(x, "MobilenetV2/Conv_1", act="relu6")
    b.conv(b.mean(x, "MobilenetV2/Mean"), "mobilenet_conv/Conv")
    return b.graph


def transformer(weights: Weights, h: int, w: int) -> Graph:
    """Builds the transformer: content picture [h, w, 3] in [0, 1] and style parameters to the
    painted picture."""
    b = Builder(weights, h, w)

    def contract(x: str, layer: str, stride: int) -> str:
        return b.conv(x, f"transformer/contract/{layer}", stride, "reflect", "relu")

    def normalised(x: str, layer: str, act: Activation) -> str:
        x = b.conv(x, f"transformer/{layer}", padding="reflect")
        return b.instance_norm(x, layer, act)

    x = contract(b.graph.input_name, "conv1", 1)
    x = contract(x, "conv2", 2)
    x = contract(x, "conv3", 2)
    blocks = sum(name.endswith("/conv2/weights") and "/residual/" in name for name in weights)
    for i in range(1, blocks + 1):
        block = f"residual/residual{i}"
        y = normalised(x, f"{block}/conv1", "relu")
        y = normalised(y, f"{block}/conv2", "none")
        x = b.add(x, y, f"{block}/add")
    x = normalised(b.upsample(x, "expand/conv1/upsample"), "expand/conv1/conv", "relu")
    x = normalised(b.upsample(x, "expand/conv2/upsample"), "expand/conv2/conv", "relu")
    normalised(x, "expand/conv3/conv", "sigmoid")
    return b.graph


def style_layers(weights: Weights, graph: Graph) -> dict[str, tuple[Array, Array]]:
    """Returns the dense layer (weights [n, c], biases [c]) that computes each gamma and beta of a
    graph."""
    dense_names = {"beta": "Conv", "gamma": "Conv_1"}
    layers = {}
    for vector in graph.vectors:
        layer, _, kind = vector.rpartition("/")
        dense = f"style_params/transformer/{layer}/StyleNorm/{dense_names[kind]}"
        layers[vector] = weights[f"{dense}/weights"][0, 0], weights[f"{dense}/biases"]
    return layers


def style_params(weights: Weights, graph: Graph, style: Array) -> dict[str, Array]:
    """Returns gamma and beta of every normalised layer for a style vector."""
    layers = style_layers(weights, graph)
    return {name: style @ dense + biases for name, (dense, biases) in layers.items()}
