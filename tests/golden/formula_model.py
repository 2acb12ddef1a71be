"""The variables of each architecture, and formulas that fill them: networks without weight files.

tests/support/formula_model.cpp has the same formulas in C++. Both must give the same bits:
make_golden.py records checksums and tests/engine compares them. Names and shapes are those of the
published models with folded batch norms.
"""

import dataclasses

import numpy as np

from pseudo_random import PseudoRandom

SEED = 2017  # the year of Ghiasi et al.; any number would do


@dataclasses.dataclass(frozen=True)
class Architecture:
    predictor: str  # predictor: "inception_v3", "mobilenet_v2" or "none"
    transformer: str  # transformer: "full" or "separable"
    padding: str  # padding: "reflect" or "zero"
    alpha: float  # width multiplier of the transformer
    blocks: int = 5  # number of residual blocks
    style_size: int = 100  # 768 for an Inception predictor without its last layer


ARCHITECTURES = {
    "inception": Architecture("inception_v3", "full", "reflect", 1.0),
    "mobile": Architecture("mobilenet_v2", "full", "reflect", 0.25),
    "hub": Architecture("inception_v3", "full", "reflect", 1.0, 20, 768),
    "separable_reflect": Architecture("none", "separable", "reflect", 1.0),
    "separable_zero": Architecture("none", "separable", "zero", 1.0),
}

# The stem of Inception-v3: (layer, kernel, output channels) in order.
_INCEPTION_STEM = [
    ("Conv2d_1a_3x3", (3, 3), 32),
    ("Conv2d_2a_3x3", (3, 3), 32),
    ("Conv2d_2b_3x3", (3, 3), 64),
    ("Conv2d_3b_1x1", (1, 1), 80),
    ("Conv2d_4a_3x3", (3, 3), 192),
]


def _mixed_5(block, pool_out):
    # The published names in Mixed_5c have slim's spelling mistakes.
    first, second = "Conv2d_0a_1x1", "Conv2d_0b_5x5"
    if block == "Mixed_5c":
        first, second = "Conv2d_0b_1x1", "Conv_1_0c_5x5"
    return [
        [("Conv2d_0a_1x1", (1, 1), 64)],
        [(first, (1, 1), 48), (second, (5, 5), 64)],
        [
            ("Conv2d_0a_1x1", (1, 1), 64),
            ("Conv2d_0b_3x3", (3, 3), 96),
            ("Conv2d_0c_3x3", (3, 3), 96),
        ],
        [("Conv2d_0b_1x1", (1, 1), pool_out)],
    ]


def _mixed_6a():
    return [
        [("Conv2d_1a_1x1", (3, 3), 384)],  # 3x3, although slim names the layer 1x1
        [
            ("Conv2d_0a_1x1", (1, 1), 64),
            ("Conv2d_0b_3x3", (3, 3), 96),
            ("Conv2d_1a_1x1", (3, 3), 96),
        ],
    ]


def _mixed_6(n):
    return [
        [("Conv2d_0a_1x1", (1, 1), 192)],
        [
            ("Conv2d_0a_1x1", (1, 1), n),
            ("Conv2d_0b_1x7", (1, 7), n),
            ("Conv2d_0c_7x1", (7, 1), 192),
        ],
        [
            ("Conv2d_0a_1x1", (1, 1), n),
            ("Conv2d_0b_7x1", (7, 1), n),
            ("Conv2d_0c_1x7", (1, 7), n),
            ("Conv2d_0d_7x1", (7, 1), n),
            ("Conv2d_0e_1x7", (1, 7), 192),
        ],
        [("Conv2d_0b_1x1", (1, 1), 192)],
    ]


# The mixed blocks of Inception-v3: (block, branches, input channels).
INCEPTION_BLOCKS = [
    ("Mixed_5b", _mixed_5("Mixed_5b", 32), 192),
    ("Mixed_5c", _mixed_5("Mixed_5c", 64), 256),
    ("Mixed_5d", _mixed_5("Mixed_5d", 64), 288),
    ("Mixed_6a", _mixed_6a(), 288),
    ("Mixed_6b", _mixed_6(128), 768),
    ("Mixed_6c", _mixed_6(160), 768),
    ("Mixed_6d", _mixed_6(160), 768),
    ("Mixed_6e", _mixed_6(192), 768),
]

# MobileNetV2: (output channels, stride, expansion) of expanded_conv, expanded_conv_1 ...
# expanded_conv_16.
MOBILENET_BLOCKS = (
    [(16, 1, 1)]
    + [(24, 2, 6), (24, 1, 6)]
    + [(32, 2, 6)] + [(32, 1, 6)] * 2
    + [(64, 2, 6)] + [(64, 1, 6)] * 3
    + [(96, 1, 6)] * 3
    + [(160, 2, 6)] + [(160, 1, 6)] * 2
    + [(320, 1, 6)]
)


def mobilenet_block_name(index):
    return "expanded_conv" if index == 0 else f"expanded_conv_{index}"


def _conv(name, kernel, in_c, out_c):
    return [(f"{name}/weights", (*kernel, in_c, out_c)), (f"{name}/biases", (out_c,))]


def _inception_variables(style_size):
    variables, in_c = [], 3
    for layer, kernel, out_c in _INCEPTION_STEM:
        variables += _conv(f"InceptionV3/{layer}", kernel, in_c, out_c)
        in_c = out_c
    for block, branches, block_in_c in INCEPTION_BLOCKS:
        for i, branch in enumerate(branches):
            in_c = block_in_c
            for layer, kernel, out_c in branch:
                variables += _conv(f"InceptionV3/{block}/Branch_{i}/{layer}", kernel, in_c, out_c)
                in_c = out_c
    return variables if style_size == 768 else variables + _conv("Conv", (1, 1), 768, style_size)


def _mobilenet_variables():
    variables, in_c = _conv("MobilenetV2/Conv", (3, 3), 3, 32), 32
    for i, (out_c, _, expansion) in enumerate(MOBILENET_BLOCKS):
        name = f"MobilenetV2/{mobilenet_block_name(i)}"
        inner = in_c * expansion
        if expansion != 1:
            variables += _conv(f"{name}/expand", (1, 1), in_c, inner)
        variables.append((f"{name}/depthwise/depthwise_weights", (3, 3, inner, 1)))
        variables.append((f"{name}/depthwise/biases", (inner,)))
        variables += _conv(f"{name}/project", (1, 1), inner, out_c)
        in_c = out_c
    variables += _conv("MobilenetV2/Conv_1", (1, 1), 320, 1280)
    return variables + _conv("mobilenet_conv/Conv", (1, 1), 1280, 100)


def normalised_layers(arch):
    """Returns [(layer, kernel, inputs, outputs)] of the layers that a style steers: 13 layers, or
    43 with 20 blocks."""
    a = lambda c: int(c * arch.alpha)
    layers = [
        (f"transformer/residual/residual{i}/conv{j}", 3, a(128), a(128))
        for i in range(1, arch.blocks + 1)
        for j in (1, 2)
    ]
    return layers + [
        ("transformer/expand/conv1/conv", 3, a(128), a(64)),
        ("transformer/expand/conv2/conv", 3, a(64), a(32)),
        ("transformer/expand/conv3/conv", 9, a(32), 3),
    ]


def separable_name(layer):
    """Returns the separable layer's name: .../conv1/conv -> .../conv1/dilate_conv, .../conv1 ->
    .../dilate_conv1."""
    head, tail = layer.rsplit("/", 1)
    return f"{head}/dilate_{tail}"


def _transformer_variables(arch):
    a = lambda c: int(c * arch.alpha)
    variables = _conv("transformer/contract/conv1", (9, 9), 3, a(32))
    variables += _conv("transformer/contract/conv2", (3, 3), a(32), a(64))
    variables += _conv("transformer/contract/conv3", (3, 3), a(64), a(128))
    for layer, k, in_c, out_c in normalised_layers(arch):
        if arch.transformer == "full":
            variables.append((f"{layer}/weights", (k, k, in_c, out_c)))
        else:
            name = separable_name(layer)
            variables.append((f"{name}/depthwise_weights", (k, k, in_c, 1)))
            variables.append((f"{name}/pointwise_weights", (1, 1, in_c, out_c)))
        for conv in ("Conv", "Conv_1"):  # first the layer of β, then that of γ
            variables += _conv(f"style_params/{layer}/StyleNorm/{conv}", (1, 1), arch.style_size, out_c)
    return variables


def variables(arch):
    """Returns [(name, shape)] of every tensor in a model file of this architecture."""
    predictor = []
    if arch.predictor == "inception_v3":
        predictor = _inception_variables(arch.style_size)
    elif arch.predictor == "mobilenet_v2":
        predictor = _mobilenet_variables()
    return predictor + _transformer_variables(arch)


def _gain(name, shape):
    """Returns a layer's weight variance times fan-in, times three.

    The factor of three undoes the variance of uniform numbers in [-1, 1), which is 1/3. The values
    were chosen by looking at every layer (make_golden.py --statistics):

    - activations neither die out nor explode;
    - relu6 clips some of them;
    - the outputs for two pictures still differ by a good part of the spread.
    """
    if name.startswith("style_params/"):
        # γ and β vary by about a third of their size from style to style. The gain is smaller for
        # the 768 means, which are larger than a bottleneck's 100 numbers.
        return 0.5 if shape[2] == 768 else 16.0
    if name in ("Conv/weights", "mobilenet_conv/Conv/weights"):
        return 0.075
    if name.startswith("transformer/") and "/contract/" not in name:
        return 3.0  # any gain would do, as an instance norm follows
    if "/project/" in name:
        return 1.5
    if name in ("InceptionV3/Conv2d_1a_3x3/weights", "MobilenetV2/Conv/weights"):
        return 100.0  # a picture's samples are small and have a large common part
    if 7 in shape[:2]:
        return 14.0  # much of a 1x7 or 7x1 kernel lies outside a small picture
    return 8.5


def tensor_values(name, shape, seed=SEED):
    """Returns the float32 values of one variable.

    Every step is exact or rounded once, so that every compiler gives the same result.

    Each weight subtracts half of its neighbour along the fan-in: 2 s[i] - s[neighbour]. This
    weakens the common part of two inputs. In a plain random network, the constant part of the
    channels outweighs the varying part more with every relu, and the network forgets its input.
    """
    count = int(np.prod(shape))
    index = np.arange(count)
    random = PseudoRandom(seed, name)
    s = random.symmetric(index)
    if name.endswith("/biases"):
        is_gamma = "/StyleNorm/Conv_1/" in name
        values = s * np.float32(0.25) + np.float32(1.0 if is_gamma else 0.0)
    else:
        out_c = shape[2] if name.endswith("/depthwise_weights") else shape[3]
        fan_in = count // out_c
        row = index // out_c
        partner = np.where(row ^ 1 < fan_in, row ^ 1, row)
        neighbour = random.symmetric(index + (partner - row) * out_c)
        difference = 2.0 * s.astype(np.float64) - neighbour.astype(np.float64)  # a difference of variance 5/3
        values = difference * np.sqrt(_gain(name, shape) / (5.0 * fan_in))
    return values.astype(np.float32).reshape(shape)


def weights(arch, seed=SEED):
    return {name: tensor_values(name, shape, seed) for name, shape in variables(arch)}


def picture(name, height, width, seed=SEED):
    """Returns a smooth picture with edges and noise: float32 [h, w, 3] in [0, 1).

    Each channel is the sum of two triangle waves and a quarter of noise. The waves' directions and
    periods are drawn from the name. All numbers are integers until one exact division at the end.
    """
    slopes = PseudoRandom(seed, name + "/slopes").bits24(np.arange(12))
    noise = PseudoRandom(seed, name + "/noise").bits24(np.arange(height * width * 3))
    noise = noise.reshape(height, width, 3)
    y, x = np.mgrid[0:height, 0:width].astype(np.int64)
    image = np.empty((height, width, 3), np.float32)
    for c in range(3):
        waves = 0
        for j in range(2):
            # Slopes are -1024 .. 1023 per pixel, in units of 1/16384 of a period, so periods are at
            # least 16 pixels.
            dy, dx = (int(slopes[c * 4 + j * 2 + k]) % 2048 - 1024 for k in (0, 1))
            phase = (y * dy + x * dx) & 16383
            waves = waves + np.minimum(phase, 16384 - phase)  # sum of waves in 0 .. 8192
        value = 3 * waves + (noise[:, :, c] >> 10)  # waves in 0 .. 49152, plus noise in 0 .. 16383
        image[:, :, c] = value.astype(np.float32) * np.float32(2.0**-16)
    return image


def style_vector(name, seed=SEED):
    """Returns a bottleneck for a transformer without a predictor: float32 [100], about as large as
    a predictor's."""
    return PseudoRandom(seed, name).symmetric(np.arange(100)) * np.float32(0.25)
