"""Converts between the networks and the engine's model file.

The file is safetensors with TensorFlow's names and the order HWIO. Model files
are read for the teacher and for comparisons with other models. (The teacher is the published pair,
which nst-weights has converted and dequantised per channel.) Writing a file exports a student.
"""
import numpy as np
import torch
from safetensors.numpy import load_file, save_file

from data import to_tensor
from networks import BLOCKS, Predictor, Transformer

MOBILE_SPACE, FULL_SPACE = "magenta-mobile-100", "magenta-inception-100"  # as in style_space.hpp
TOP_CHANNELS = BLOCKS[-1][1]  # last block's channels in a predictor of width 1


def to_hwio(weight, depthwise=False):
    """Converts PyTorch's OIHW to HWIO, or depthwise [C,1,kh,kw] to [kh,kw,C,1]."""
    order = (2, 3, 0, 1) if depthwise else (2, 3, 1, 0)
    return np.ascontiguousarray(weight.detach().float().numpy().transpose(order))


def from_hwio(array, depthwise=False):
    order = (2, 3, 0, 1) if depthwise else (3, 2, 0, 1)
    return torch.from_numpy(np.ascontiguousarray(array.astype(np.float32).transpose(order)))


def _copy(parameter, value):
    value = torch.as_tensor(np.asarray(value, np.float32) if isinstance(value, np.ndarray) else value)
    if parameter.shape != value.shape:
        raise ValueError(f"shape {tuple(value.shape)} where {tuple(parameter.shape)} is expected")
    parameter.data.copy_(value)


def load_networks(path):
    """Returns (Predictor, Transformer) of a model file in eval mode, with batch norm folded and
    without gradients."""
    tensors = load_file(path)
    top, last = tensors["MobilenetV2/Conv_1/weights"].shape[2:]
    predictor = Predictor(top / TOP_CHANNELS, last, folded=True)
    for name, layer in predictor.named_convs():
        kind = "depthwise_weights" if layer.depthwise else "weights"
        _copy(layer.conv.weight, from_hwio(tensors[f"{name}/{kind}"], layer.depthwise))
        _copy(layer.conv.bias, tensors[f"{name}/biases"])
    _copy(predictor.head.weight, tensors["mobilenet_conv/Conv/weights"][0, 0].T)
    _copy(predictor.head.bias, tensors["mobilenet_conv/Conv/biases"])

    return _published(predictor), transformer_of(tensors)


def load_transformer(path):
    """Returns the Transformer of a model file. The file's predictor may be of another kind
    (Inception-v3)."""
    return transformer_of(load_file(path))


def transformer_of(tensors):
    channels = tuple(tensors[f"transformer/contract/conv{i}/weights"].shape[3] for i in (1, 2, 3))
    transformer = Transformer(channels)
    for i, layer in enumerate(transformer.contract):
        _copy(layer.conv.weight, from_hwio(tensors[f"transformer/contract/conv{i + 1}/weights"]))
        _copy(layer.conv.bias, tensors[f"transformer/contract/conv{i + 1}/biases"])
    for name, layer in transformer.named_styled():
        _copy(layer.conv.conv.weight, from_hwio(tensors[f"transformer/{name}/weights"]))
        for variable, linear in (("Conv", layer.beta), ("Conv_1", layer.gamma)):
            scope = f"style_params/transformer/{name}/StyleNorm/{variable}"
            _copy(linear.weight, tensors[f"{scope}/weights"][0, 0].T)
            _copy(linear.bias, tensors[f"{scope}/biases"])
    return _published(transformer)


def _published(network):
    return network.eval().requires_grad_(False).to(memory_format=torch.channels_last)


def load_average(path, kind):
    """Returns (network with the averaged weights of a checkpoint, step). The checkpoint is of one
    network's run or of a pair's. A model file's network is returned as it is, with the step None.

    `kind` is Predictor or Transformer. The network is as wide as the file's.
    """
    if str(path).endswith(".safetensors"):
        return (load_networks(path)[0] if kind is Predictor else load_transformer(path)), None
    state = torch.load(path, weights_only=True, map_location="cpu")
    prefix = kind.__name__.lower() + "."
    average = state["average"]
    own = {name.removeprefix(prefix): value for name, value in average.items() if name.startswith(prefix)}
    own = own or average
    if kind is Predictor:
        last, top = own["top.conv.weight"].shape[:2]
        network = Predictor(top / TOP_CHANNELS, last)
    else:
        network = Transformer(tuple(own[f"contract.{i}.conv.weight"].shape[0] for i in range(3)))
    network.load_state_dict(own)
    return network, state["step"]


def load_unfolded(student, path, views):
    """Copies a model file's predictor, whose batch norms are folded, into a student with batch norms.

    The student is as wide as the predictor. Each norm gets the statistics of its layer on `views`,
    uint8 [n,h,w,3], and undoes them.
    """
    folded = load_networks(path)[0]
    seen = {}
    for name, layer in folded.named_convs():
        layer.norm.register_forward_hook(
            lambda module, inputs, y, name=name: seen.update({name: torch.var_mean(y, (0, 2, 3))}))
    with torch.no_grad():
        folded(to_tensor(views))
    given = dict(folded.named_convs())
    for name, layer in student.named_convs():
        variance, mean = seen[name]
        bias = given[name].conv.bias
        _copy(layer.conv.weight, given[name].conv.weight)
        for parameter, value in ((layer.norm.running_mean, mean - bias), (layer.norm.running_var, variance),
                                 (layer.norm.weight, torch.sqrt(variance + layer.norm.eps)),
                                 (layer.norm.bias, mean)):
            _copy(parameter, value)
    student.head.load_state_dict(folded.head.state_dict())


def save_networks(path, predictor, transformer, description, space=MOBILE_SPACE):
    """Writes both networks as float32, batch norm folded, and names the space of the style vectors.
    nst-weights convert adds the self-test and keeps the space.

    The space is the teacher's, because a student learns its teacher's bottleneck.
    """
    tensors = {}
    numpy = lambda t: np.ascontiguousarray(t.detach().float().numpy())
    for name, layer in predictor.named_convs():
        weight, bias = layer.folded_weights()
        kind = "depthwise_weights" if layer.depthwise else "weights"
        tensors[f"{name}/{kind}"] = to_hwio(weight, layer.depthwise)
        tensors[f"{name}/biases"] = numpy(bias)
    tensors["mobilenet_conv/Conv/weights"] = numpy(predictor.head.weight.t())[None, None]
    tensors["mobilenet_conv/Conv/biases"] = numpy(predictor.head.bias)
    for i, layer in enumerate(transformer.contract):
        tensors[f"transformer/contract/conv{i + 1}/weights"] = to_hwio(layer.conv.weight)
        tensors[f"transformer/contract/conv{i + 1}/biases"] = numpy(layer.conv.bias)
    for name, layer in transformer.named_styled():
        tensors[f"transformer/{name}/weights"] = to_hwio(layer.conv.conv.weight)
        for variable, linear in (("Conv", layer.beta), ("Conv_1", layer.gamma)):
            scope = f"style_params/transformer/{name}/StyleNorm/{variable}"
            tensors[f"{scope}/weights"] = numpy(linear.weight.t())[None, None]
            tensors[f"{scope}/biases"] = numpy(linear.bias)
    save_file(tensors, path, metadata={"description": description, "style_space": space})
