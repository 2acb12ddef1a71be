"""Writes a graph as a TensorFlow Lite model (NHWC, float32), for LiteRT with XNNPACK."""

from __future__ import annotations

from dataclasses import dataclass, field

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as fb

import graph as g

OPERATOR = fb.BuiltinOperator
OPTIONS = fb.BuiltinOptions
FUSED = {
    "none": fb.ActivationFunctionType.NONE,
    "relu": fb.ActivationFunctionType.RELU,
    "relu6": fb.ActivationFunctionType.RELU6,
    "sigmoid": fb.ActivationFunctionType.NONE,
}
ELEMENT_TYPES = {
    np.dtype(np.float32): fb.TensorType.FLOAT32,
    np.dtype(np.int32): fb.TensorType.INT32,
}


@dataclass
class Writer:
    """Collects tensors and operators; one method per kind of graph node."""

    buffers: list[fb.BufferT] = field(default_factory=lambda: [fb.BufferT()])
    tensors: list[fb.TensorT] = field(default_factory=list)
    operators: list[fb.OperatorT] = field(default_factory=list)
    codes: dict[int, int] = field(default_factory=dict)
    index: dict[str, int] = field(default_factory=dict)

    def tensor(self, name: str, shape: tuple[int, ...], values: np.ndarray | None = None) -> str:
        t = fb.TensorT()
        t.name, t.shape, t.type = name, list(shape), fb.TensorType.FLOAT32
        t.buffer = 0
        if values is not None:
            values = np.ascontiguousarray(values)
            t.type = ELEMENT_TYPES[values.dtype]
            buffer = fb.BufferT()
            buffer.data = np.frombuffer(values.tobytes(), np.uint8)
            t.buffer = len(self.buffers)
            self.buffers.append(buffer)
        self.index[name] = len(self.tensors)
        self.tensors.append(t)
        return name

    def constant(self, name: str, values: np.ndarray) -> str:
        return self.tensor(name, values.shape, values)

    def shape(self, name: str) -> tuple[int, ...]:
        return tuple(self.tensors[self.index[name]].shape)

    def op(
        self,
        kind: str,
        inputs: list[str],
        output: str,
        shape: tuple[int, ...],
        options: object | None = None,
    ) -> str:
        code = getattr(OPERATOR, kind)
        operator = fb.OperatorT()
        operator.opcodeIndex = self.codes.setdefault(code, len(self.codes))
        operator.inputs = [self.index[x] for x in inputs]
        operator.outputs = [self.index[self.tensor(output, shape)]]
        if options is not None:
            operator.builtinOptions = options
            operator.builtinOptionsType = getattr(OPTIONS, type(options).__name__.removesuffix("T"))
        self.operators.append(operator)
        return output

    def conv(self, node: g.Conv) -> None:
        options = fb.DepthwiseConv2DOptionsT() if node.depthwise else fb.Conv2DOptionsT()
        options.strideH = options.strideW = node.stride
        options.dilationHFactor = options.dilationWFactor = 1
        options.padding = fb.Padding.SAME if node.pads else fb.Padding.VALID
        options.fusedActivationFunction = FUSED[node.act]
        if node.depthwise:
            options.depthMultiplier = 1
        biases = node.biases if node.biases is not None else np.zeros(node.shape[2], np.float32)
        inputs = [
            node.inputs[0],
            self.constant(f"{node.name}/w", node.weights.transpose(3, 0, 1, 2)),
            self.constant(f"{node.name}/b", biases),
        ]
        kind = "DEPTHWISE_CONV_2D" if node.depthwise else "CONV_2D"
        self.op(kind, inputs, node.name, (1, *node.shape), options)

    def pool(self, node: g.Pool) -> None:
        options = fb.Pool2DOptionsT()
        options.strideH = options.strideW = node.stride
        options.filterHeight = options.filterWidth = 3
        options.padding = fb.Padding.SAME if node.pads else fb.Padding.VALID
        options.fusedActivationFunction = FUSED["none"]
        kind = "MAX_POOL_2D" if node.kind == "max" else "AVERAGE_POOL_2D"
        self.op(kind, [node.inputs[0]], node.name, (1, *node.shape), options)

    def concat(self, values: list[str], axis: int, name: str) -> str:
        if len(values) == 1:
            return values[0]
        shape = list(self.shape(values[0]))
        shape[axis] = sum(self.shape(v)[axis] for v in values)
        options = fb.ConcatenationOptionsT()
        options.axis = axis
        return self.op("CONCATENATION", values, name, tuple(shape), options)

    def line(self, x: str, axis: int, position: int, name: str) -> str:
        """Adds a slice of one row (axis 1) or one column (axis 2) of a picture."""
        begin, shape = [0] * 4, list(self.shape(x))
        begin[axis], shape[axis] = position, 1
        inputs = [
            x,
            self.constant(f"{name}/begin", np.array(begin, np.int32)),
            self.constant(f"{name}/size", np.array(shape, np.int32)),
        ]
        return self.op("SLICE", inputs, name, tuple(shape), fb.SliceOptionsT())

    def pad(self, node: g.Pad) -> None:
        """Mirrors the borders by slices and concatenations of at most five values, which XNNPACK
        runs.

        MIRROR_PAD would run outside XNNPACK and multiply the whole network's time by 1.4 to 1.8.
        """
        x = node.inputs[0]
        for axis, pixels in ((1, node.pads.top), (2, node.pads.left)):
            last = self.shape(x)[axis] - 1
            sides = {
                "near": range(pixels, 0, -1),
                "far": range(last - 1, last - 1 - pixels, -1),
            }
            near, far = (
                self.concat(
                    [self.line(x, axis, i, f"{node.name}/{axis}/{i}") for i in positions],
                    axis,
                    f"{node.name}/{axis}/{side}",
                )
                for side, positions in sides.items()
            )
            x = self.concat([near, x, far], axis, node.name if axis == 2 else f"{node.name}/rows")

    def upsample(self, node: g.Upsample) -> None:
        h, w, _ = node.shape
        size = self.constant(f"{node.name}/size", np.array([h, w], np.int32))
        options = fb.ResizeNearestNeighborOptionsT()
        inputs = [node.inputs[0], size]
        self.op("RESIZE_NEAREST_NEIGHBOR", inputs, node.name, (1, *node.shape), options)

    def binary(
        self,
        kind: str,
        a: str,
        b: str,
        name: str,
        shape: tuple[int, ...],
        act: g.Activation = "none",
    ) -> str:
        options = {
            "ADD": fb.AddOptionsT,
            "SUB": fb.SubOptionsT,
            "MUL": fb.MulOptionsT,
            "SQUARED_DIFFERENCE": fb.SquaredDifferenceOptionsT,
        }[kind]()
        if kind != "SQUARED_DIFFERENCE":
            options.fusedActivationFunction = FUSED[act]
        return self.op(kind, [a, b], name, shape, options)

    def mean(self, x: str, name: str, c: int) -> str:
        axes = self.constant(f"{name}/axes", np.array([1, 2], np.int32))
        options = fb.ReducerOptionsT()
        options.keepDims = True
        return self.op("MEAN", [x, axes], name, (1, 1, 1, c), options)

    def instance_norm(self, node: g.InstanceNorm) -> None:
        """Computes x * scale + (beta - mean * scale), as TensorFlow's batch_normalization does."""
        x, n, c = node.inputs[0], node.name, node.shape[2]
        full, vector = (1, *node.shape), (1, 1, 1, c)
        epsilon = self.constant(f"{n}/epsilon", np.array([node.epsilon], np.float32))
        mean = self.mean(x, f"{n}/mean", c)
        squares = self.binary("SQUARED_DIFFERENCE", x, mean, f"{n}/squares", full)
        variance = self.mean(squares, f"{n}/variance", c)
        variance = self.binary("ADD", variance, epsilon, f"{n}/variance_epsilon", vector)
        scale = self.op("RSQRT", [variance], f"{n}/rsqrt", vector)
        scale = self.binary("MUL", scale, node.gamma, f"{n}/scale", vector)
        shift = self.binary("MUL", mean, scale, f"{n}/mean_scaled", vector)
        shift = self.binary("SUB", node.beta, shift, f"{n}/shift", vector)
        scaled = self.binary("MUL", x, scale, f"{n}/scaled", full)
        linear = f"{n}/linear" if node.act == "sigmoid" else n
        self.binary("ADD", scaled, shift, linear, full, node.act)
        if node.act == "sigmoid":
            self.op("LOGISTIC", [linear], n, full)

    def add(self, node: g.Node) -> None:
        shape = (1, *node.shape)
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
            case g.Add():
                self.binary("ADD", node.inputs[0], node.inputs[1], node.name, shape)
            case g.Mean():
                self.mean(node.inputs[0], node.name, node.shape[2])
            case g.Concat():
                self.concat(list(node.inputs), 3, node.name)
            case _:
                raise TypeError(type(node))


def to_tflite(graph: g.Graph) -> bytes:
    """Returns the flatbuffer. Its picture is [1, h, w, 3]; gamma and beta are [1, 1, 1, c]."""
    writer = Writer()
    inputs = [writer.tensor(graph.input_name, (1, *graph.input_shape))]
    inputs += [writer.tensor(name, (1, 1, 1, size)) for name, size in graph.vectors.items()]
    for node in graph.nodes:
        writer.add(node)
    subgraph = fb.SubGraphT()
    subgraph.name = "main"
    subgraph.tensors, subgraph.operators = writer.tensors, writer.operators
    subgraph.inputs = [writer.index[name] for name in inputs]
    subgraph.outputs = [writer.index[graph.output.name]]
    model = fb.ModelT()
    model.version = 3
    model.buffers, model.subgraphs = writer.buffers, [subgraph]
    model.operatorCodes = []
    for code in writer.codes:
        entry = fb.OperatorCodeT()
        entry.builtinCode, entry.deprecatedBuiltinCode, entry.version = code, min(code, 127), 1
        model.operatorCodes.append(entry)
    builder = flatbuffers.Builder(1 << 20)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())
