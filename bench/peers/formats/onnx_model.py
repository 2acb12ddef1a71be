"""Writes a graph as an ONNX model (NCHW), for ONNX Runtime and OpenVINO."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import graph as g
from graph import Graph, Pads

OPSET = 18
IR_VERSION = 9


@dataclass
class Writer:
    """Collects nodes and initializers; one method per kind of graph node."""

    nodes: list[onnx.NodeProto] = field(default_factory=list)
    initializers: list[onnx.TensorProto] = field(default_factory=list)

    def op(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output

    def constant(self, name: str, values: np.ndarray) -> str:
        self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def activation(self, x: str, act: g.Activation, output: str) -> None:
        if act == "relu":
            self.op("Relu", [x], output)
        elif act == "sigmoid":
            self.op("Sigmoid", [x], output)
        elif act == "relu6":
            low = self.constant(f"{output}/low", np.array(0, np.float32))
            high = self.constant(f"{output}/high", np.array(6, np.float32))
            self.op("Clip", [x, low, high], output)

    def before_activation(self, node: g.Conv | g.InstanceNorm) -> str:
        return node.name if node.act == "none" else f"{node.name}/linear"

    def conv(self, node: g.Conv) -> None:
        weights = node.weights.transpose((2, 3, 0, 1) if node.depthwise else (3, 2, 0, 1))
        inputs = [node.inputs[0], self.constant(f"{node.name}/w", weights)]
        if node.biases is not None:
            inputs.append(self.constant(f"{node.name}/b", node.biases))
        linear = self.before_activation(node)
        self.op(
            "Conv",
            inputs,
            linear,
            group=node.shape[2] if node.depthwise else 1,
            kernel_shape=list(node.weights.shape[:2]),
            strides=[node.stride] * 2,
            pads=onnx_pads(node.pads),
        )
        self.activation(linear, node.act, node.name)

    def pool(self, node: g.Pool) -> None:
        kind = "MaxPool" if node.kind == "max" else "AveragePool"
        self.op(
            kind,
            [node.inputs[0]],
            node.name,
            kernel_shape=[3, 3],
            strides=[node.stride] * 2,
            pads=onnx_pads(node.pads),
        )

    def pad(self, node: g.Pad) -> None:
        p = node.pads
        pads = np.array([0, 0, p.top, p.left, 0, 0, p.bottom, p.right], np.int64)
        inputs = [node.inputs[0], self.constant(f"{node.name}/pads", pads)]
        self.op("Pad", inputs, node.name, mode="reflect")

    def upsample(self, node: g.Upsample) -> None:
        scales = self.constant(f"{node.name}/scales", np.array([1, 1, 2, 2], np.float32))
        self.op(
            "Resize",
            [node.inputs[0], "", scales],
            node.name,
            mode="nearest",
            coordinate_transformation_mode="asymmetric",
            nearest_mode="floor",
        )

    def instance_norm(self, node: g.InstanceNorm) -> None:
        linear = self.before_activation(node)
        inputs = [node.inputs[0], node.gamma, node.beta]
        self.op("InstanceNormalization", inputs, linear, epsilon=node.epsilon)
        self.activation(linear, node.act, node.name)

    def add(self, node: g.Node) -> None:
        match node:
            case g.Conv():
                self.conv(node)
            case g.Pool():
                self.pool(node)
            case g.Pad():
                self.pad(node)
            case g.Upsample():
                self.upsample(node)
            case g.InstanceNorm():
                self.instance_norm(node)
            case g.Concat():
                self.op("Concat", list(node.inputs), node.name, axis=1)
            case g.Add():
                self.op("Add", list(node.inputs), node.name)
            case g.Mean():
                self.op("GlobalAveragePool", list(node.inputs), node.name)
            case _:
                raise TypeError(type(node))


def onnx_pads(pads: Pads) -> list[int]:
    return [pads.top, pads.left, pads.bottom, pads.right]


def to_onnx(graph: Graph) -> onnx.ModelProto:
    """Returns the checked model. Its picture is [1, 3, h, w]; gamma and beta are [c]."""
    writer = Writer()
    for node in graph.nodes:
        writer.add(node)

    def value(name: str, shape: list[int]) -> onnx.ValueInfoProto:
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)

    def picture(name: str, shape: g.Shape) -> onnx.ValueInfoProto:
        h, w, c = shape
        return value(name, [1, c, h, w])

    inputs = [picture(graph.input_name, graph.input_shape)]
    inputs += [value(name, [size]) for name, size in graph.vectors.items()]
    body = helper.make_graph(
        writer.nodes,
        "network",
        inputs,
        [picture(graph.output.name, graph.output.shape)],
        writer.initializers,
    )
    model = helper.make_model(body, opset_imports=[helper.make_opsetid("", OPSET)])
    model.ir_version = IR_VERSION
    onnx.checker.check_model(model, full_check=True)
    return model
