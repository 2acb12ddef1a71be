"""Builds a PyTorch module from a graph. Shapes are NCHW for every memory format."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

import graph as g

ACTIVATIONS = {"none": nn.Identity, "relu": nn.ReLU, "relu6": nn.ReLU6, "sigmoid": nn.Sigmoid}


class InstanceNorm(nn.Module):
    """An instance norm whose gamma and beta are inputs.

    group_norm with one group per channel computes the same as instance_norm, by a kernel that is
    faster for channels-last tensors.
    """

    def __init__(self, node: g.InstanceNorm) -> None:
        super().__init__()
        self.epsilon = node.epsilon
        self.activate = ACTIVATIONS[node.act]()

    def forward(self, x: Tensor, gamma: Tensor, beta: Tensor) -> Tensor:
        return self.activate(F.group_norm(x, x.shape[1], gamma, beta, self.epsilon))


class Concat(nn.Module):
    def forward(self, *values: Tensor) -> Tensor:
        return torch.cat(values, dim=1)


class Add(nn.Module):
    def forward(self, a: Tensor, b: Tensor) -> Tensor:
        return a + b


class Mean(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x.mean((2, 3), keepdim=True)


def convolution(node: g.Conv) -> nn.Module:
    kh, kw, ic, _ = node.weights.shape
    p = node.pads
    lopsided = (p.top, p.left) != (p.bottom, p.right)  # TensorFlow's SAME with an odd pixel
    conv = nn.Conv2d(
        ic,
        node.shape[2],
        (kh, kw),
        node.stride,
        0 if lopsided else (p.top, p.left),
        groups=ic if node.depthwise else 1,
        bias=node.biases is not None,
    )
    order = (2, 3, 0, 1) if node.depthwise else (3, 2, 0, 1)
    conv.weight.data = torch.from_numpy(node.weights.transpose(order).copy())
    if conv.bias is not None and node.biases is not None:
        conv.bias.data = torch.from_numpy(node.biases.copy())
    padding = [nn.ZeroPad2d((p.left, p.right, p.top, p.bottom))] if lopsided else []
    return nn.Sequential(*padding, conv, ACTIVATIONS[node.act]())


def layer(node: g.Node) -> nn.Module:
    match node:
        case g.Conv():
            return convolution(node)
        case g.InstanceNorm():
            return InstanceNorm(node)
        case g.Pool(kind="max"):
            return nn.MaxPool2d(3, node.stride)
        case g.Pool():
            return nn.AvgPool2d(3, node.stride, padding=1, count_include_pad=False)
        case g.Pad(pads=p):
            return nn.ReflectionPad2d((p.left, p.right, p.top, p.bottom))
        case g.Upsample():
            return nn.Upsample(scale_factor=2, mode="nearest")
        case g.Concat():
            return Concat()
        case g.Add():
            return Add()
        case g.Mean():
            return Mean()
    raise TypeError(type(node))


class Network(nn.Module):
    """Runs the nodes in order. Tracing and compiling unroll the loop."""

    def __init__(self, graph: g.Graph) -> None:
        super().__init__()
        self.layers = nn.ModuleList(layer(node) for node in graph.nodes)
        self.input_names = (graph.input_name, *graph.vectors)
        self.names = [node.name for node in graph.nodes]
        self.reads = [
            (*n.inputs, n.gamma, n.beta) if isinstance(n, g.InstanceNorm) else n.inputs
            for n in graph.nodes
        ]
        self.requires_grad_(requires_grad=False).eval()

    def forward(self, *inputs: Tensor) -> Tensor:
        values = dict(zip(self.input_names, inputs, strict=True))
        for name, reads, run in zip(self.names, self.reads, self.layers, strict=True):
            values[name] = run(*(values[x] for x in reads))
        return values[self.names[-1]]
