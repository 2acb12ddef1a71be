"""Writes a graph as ncnn's two files: the text of layers (.param) and the weights (.bin)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

import graph as g

if TYPE_CHECKING:
    from pathlib import Path

MAGIC = "7767517"
ACTIVATIONS = {"none": "9=0", "relu": "9=1", "relu6": "9=3 -23310=2,0.0,6.0", "sigmoid": "9=4"}
RAW_FLOAT32 = np.uint32(0).tobytes()  # marker before a convolution's weights
ADD, MULTIPLY = 0, 2  # operation numbers of BinaryOp


@dataclass
class Writer:
    """Collects lines and weights; one method per kind of graph node.

    ncnn requires that each value is read once. A value with several readers goes through a Split
    layer.
    """

    readers: Counter[str]
    lines: list[str] = field(default_factory=list)
    blobs: int = 0
    weights: list[bytes] = field(default_factory=list)
    copies: dict[str, list[str]] = field(default_factory=dict)

    def layer(
        self, kind: str, name: str, inputs: list[str], outputs: list[str], *params: str
    ) -> None:
        counts = [str(len(inputs)), str(len(outputs))]
        self.lines.append(" ".join([kind, name, *counts, *inputs, *outputs, *params]))
        self.blobs += len(outputs)

    def op(self, kind: str, name: str, inputs: list[str], *params: str) -> None:
        """Adds a layer with one result, which has the layer's name. Splits the result if it has
        several readers."""
        self.layer(kind, name, [self.take(x) for x in inputs], [name], *params)
        count = self.readers[name]
        if count > 1:
            self.copies[name] = [f"{name}_{i}" for i in range(count)]
            self.layer("Split", f"{name}_split", [name], list(self.copies[name]))

    def take(self, value: str) -> str:
        return self.copies[value].pop() if value in self.copies else value

    def conv(self, node: g.Conv) -> None:
        kh, kw, ic, oc = node.weights.shape
        order = (2, 3, 0, 1) if node.depthwise else (3, 2, 0, 1)
        p = node.pads
        params = [
            f"0={node.shape[2]} 1={kw} 11={kh} 3={node.stride}",
            f"4={p.left} 14={p.top} 15={p.right} 16={p.bottom}",
            f"5={int(node.biases is not None)} 6={kh * kw * ic * oc}",
            ACTIVATIONS[node.act],
        ]
        if node.depthwise:
            params.append(f"7={ic}")
        kind = "ConvolutionDepthWise" if node.depthwise else "Convolution"
        self.op(kind, node.name, list(node.inputs), *params)
        self.weights.append(RAW_FLOAT32)
        self.weights.append(np.ascontiguousarray(node.weights.transpose(order)).tobytes())
        if node.biases is not None:
            self.weights.append(node.biases.tobytes())

    def instance_norm(self, node: g.InstanceNorm) -> None:
        linear = node.name if node.act == "none" else f"{node.name}_linear"
        name = f"{node.name}_whitened"
        self.op("InstanceNorm", name, list(node.inputs), f"0={node.shape[2]} 1={node.epsilon} 2=0")
        self.op("BinaryOp", f"{name}_scaled", [name, node.gamma], f"0={MULTIPLY}")
        self.op("BinaryOp", linear, [f"{name}_scaled", node.beta], f"0={ADD}")
        if node.act == "relu":
            self.op("ReLU", node.name, [linear])
        elif node.act == "sigmoid":
            self.op("Sigmoid", node.name, [linear])

    def pool(self, node: g.Pool) -> None:
        p = node.pads
        params = f"0={int(node.kind == 'average')} 1=3 2={node.stride} 5=1 6=0"
        pads = f"3={p.left} 13={p.top} 14={p.right} 15={p.bottom}"
        self.op("Pooling", node.name, list(node.inputs), params, pads)

    def add(self, node: g.Node) -> None:
        inputs = list(node.inputs)
        match node:
            case g.Conv():
                self.conv(node)
            case g.InstanceNorm():
                self.instance_norm(node)
            case g.Pool():
                self.pool(node)
            case g.Pad(pads=p):
                sides = f"0={p.top} 1={p.bottom} 2={p.left} 3={p.right} 4=2"
                self.op("Padding", node.name, inputs, sides)
            case g.Upsample():
                self.op("Interp", node.name, inputs, "0=1 1=2.0 2=2.0")
            case g.Concat():
                self.op("Concat", node.name, inputs, "0=0")
            case g.Add():
                self.op("BinaryOp", node.name, inputs, f"0={ADD}")
            case g.Mean():
                self.op("Reduction", node.name, inputs, "0=3 1=0 -23303=2,1,2 4=1 5=1")
            case _:
                raise TypeError(type(node))


def write_ncnn(graph: g.Graph, stem: Path) -> None:
    """Writes stem.param and stem.bin. Gamma and beta are inputs of shape (c, 1, 1)."""
    writer = Writer(Counter(x for node in graph.nodes for x in node.inputs))
    for name in (graph.input_name, *graph.vectors):
        writer.op("Input", name, [])
    for node in graph.nodes:
        writer.add(node)
    header = f"{MAGIC}\n{len(writer.lines)} {writer.blobs}\n"
    stem.with_suffix(".param").write_text(header + "\n".join(writer.lines) + "\n")
    stem.with_suffix(".bin").write_bytes(b"".join(writer.weights))
