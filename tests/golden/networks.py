"""The networks in TensorFlow, layer by layer from the papers' tables, for the golden tests.

The networks use tf.nn alone and work in any float type. A weight dictionary holds a convolution's
batch norm either folded into `biases` or as the published
`BatchNorm/{beta,moving_mean,moving_variance}`. `layers` keeps every named value under its name in
the original graph. check_networks.py compares all values with recorded outputs of the original
graphs.
"""

import numpy as np
import tensorflow as tf

import formula_model as fm

BATCH_NORM_EPSILON = 1e-3
INSTANCE_NORM_EPSILON = 1e-5


class Network:
    """Holds weights by name, the type to compute in, and every named value (numpy, [h, w, c] or
    [c])."""

    def __init__(self, weights, dtype=tf.float32):
        self.dtype = dtype
        self.layers = {}
        self._weights = weights

    def has(self, name):
        return name in self._weights

    def weight(self, name):
        return tf.constant(self._weights[name], self.dtype)

    def record(self, name, value):
        self.layers[name] = np.asarray(value)[0]
        return value

    def conv(self, layer, x, stride=1, padding="VALID"):
        """Returns a convolution followed by its batch norm or bias, if any. Depthwise weights make
        it depthwise."""
        strides = [1, stride, stride, 1]
        if f"{layer}/depthwise_weights" in self._weights:
            filters = self.weight(f"{layer}/depthwise_weights")
            x = tf.nn.depthwise_conv2d(x, filters, strides, padding)
        else:
            x = tf.nn.conv2d(x, self.weight(f"{layer}/weights"), strides, padding)
        if f"{layer}/BatchNorm/beta" in self._weights:
            norm = f"{layer}/BatchNorm"
            mean = self.weight(f"{norm}/moving_mean")
            variance = self.weight(f"{norm}/moving_variance")
            beta = self.weight(f"{norm}/beta")
            return tf.nn.batch_normalization(x, mean, variance, beta, None, BATCH_NORM_EPSILON)
        if f"{layer}/biases" in self._weights:
            x = x + self.weight(f"{layer}/biases")
        return x


def inception_bottleneck(net, image):
    """Returns the bottleneck [100], or the 768 means, of a style [1, h, w, 3] in [0, 1] with sides
    of at least 43."""
    scope = "InceptionV3/"

    def conv(layer, x, stride=1, padding="SAME"):
        x = tf.nn.relu6(net.conv(scope + layer, x, stride, padding))
        return net.record(f"{scope}{layer}/Relu6", x)

    def max_pool(layer, x):
        return net.record(f"{scope}{layer}/MaxPool", tf.nn.max_pool2d(x, 3, 2, "VALID"))

    x = conv("Conv2d_1a_3x3", image, 2, "VALID")
    x = conv("Conv2d_2a_3x3", x, 1, "VALID")
    x = conv("Conv2d_2b_3x3", x)
    x = max_pool("MaxPool_3a_3x3", x)
    x = conv("Conv2d_3b_1x1", x, 1, "VALID")
    x = conv("Conv2d_4a_3x3", x, 1, "VALID")
    x = max_pool("MaxPool_5a_3x3", x)
    for block, branches, _ in fm.INCEPTION_BLOCKS:
        reduces = block == "Mixed_6a"
        outputs = []
        for i, branch in enumerate(branches):
            y = x
            if i == 3:
                pool = f"{block}/Branch_3/AvgPool_0a_3x3"
                y = net.record(f"{scope}{pool}/AvgPool", tf.nn.avg_pool2d(y, 3, 1, "SAME"))
            for j, (layer, _, _) in enumerate(branch):
                last = reduces and j == len(branch) - 1
                y = conv(f"{block}/Branch_{i}/{layer}", y, *((2, "VALID") if last else ()))
            outputs.append(y)
        if reduces:
            outputs.append(max_pool(f"{block}/Branch_2/MaxPool_1a_3x3", x))
        x = net.record(f"{scope}{block}/concat", tf.concat(outputs, 3))
    means = tf.reduce_mean(x, [1, 2], keepdims=True)
    net.record(f"{scope}Mean", means[:, 0, 0])
    return (net.conv("Conv", means) if net.has("Conv/weights") else tf.identity(means))[0, 0, 0]


def mobilenet_bottleneck(net, image):
    """Returns the bottleneck [100] of a style image [1, h, w, 3] in [0, 1]."""
    scope = "MobilenetV2/"

    def relu6(layer, x, stride=1):
        x = tf.nn.relu6(net.conv(scope + layer, x, stride, "SAME"))
        return net.record(f"{scope}{layer}/Relu6", x)

    x = relu6("Conv", image, 2)
    for i, (out_c, stride, expansion) in enumerate(fm.MOBILENET_BLOCKS):
        block = fm.mobilenet_block_name(i)
        y = relu6(f"{block}/expand", x) if expansion != 1 else x
        y = relu6(f"{block}/depthwise", y, stride)
        y = net.conv(f"{scope}{block}/project", y)
        net.record(f"{scope}{block}/project/BiasAdd", y)
        residual = stride == 1 and x.shape[3] == out_c
        x = net.record(f"{scope}{block}/add", x + y) if residual else y
    x = relu6("Conv_1", x)
    return net.conv("mobilenet_conv/Conv", tf.reduce_mean(x, [1, 2], keepdims=True))[0, 0, 0]


def style_params(net, bottleneck, layer):
    """Returns (beta, gamma) of one normalised layer, each of shape [1, 1, 1, c]."""
    vector = tf.reshape(tf.cast(bottleneck, net.dtype), [1, 1, 1, -1])
    norm = f"style_params/{layer}/StyleNorm"
    beta, gamma = net.conv(f"{norm}/Conv", vector), net.conv(f"{norm}/Conv_1", vector)
    net.record(f"{norm}/SpatialSqueeze", beta[:, 0, 0])
    net.record(f"{norm}/SpatialSqueeze_1", gamma[:, 0, 0])
    return beta, gamma


def stylize(net, content, bottleneck, separable=False, padding="reflect"):
    """Returns the picture [h', w', 3] of a content [1, h, w, 3] in [0, 1] in a style [100] or
    [768].

    Sides become 4 * ceil(ceil(side / 2) / 2).
    """

    def pad(x, k):
        p = k // 2
        mode = "REFLECT" if padding == "reflect" else "CONSTANT"
        return tf.pad(x, [[0, 0], [p, p], [p, p], [0, 0]], mode)

    def contract(layer, x, k, stride):
        x = tf.nn.relu(net.conv(f"transformer/contract/{layer}", pad(x, k), stride))
        return net.record(f"transformer/contract/{layer}/Relu", x)

    def normalised(layer, x, k):
        beta, gamma = style_params(net, bottleneck, layer)
        if separable:
            name = fm.separable_name(layer)
            x = net.conv(name, pad(x, k))
            x = tf.nn.conv2d(x, net.weight(f"{name}/pointwise_weights"), 1, "VALID")
        else:
            x = net.conv(layer, pad(x, k))
        mean, variance = tf.nn.moments(x, [1, 2], keepdims=True)
        return tf.nn.batch_normalization(x, mean, variance, beta, gamma, INSTANCE_NORM_EPSILON)

    def value_name(layer, what):
        return f"{fm.separable_name(layer) if separable else layer}/{what}"

    x = contract("conv1", content, 9, 1)
    x = contract("conv2", x, 3, 2)
    x = contract("conv3", x, 3, 2)
    blocks = 0
    while net.has(f"style_params/transformer/residual/residual{blocks + 1}/conv1/StyleNorm/Conv/weights"):
        blocks += 1
    for i in range(1, blocks + 1):
        block = f"transformer/residual/residual{i}"
        y = tf.nn.relu(normalised(f"{block}/conv1", x, 3))
        net.record(value_name(f"{block}/conv1", "Relu"), y)
        x = net.record(f"{block}/add", x + normalised(f"{block}/conv2", y, 3))
    for i in (1, 2):
        x = tf.repeat(tf.repeat(x, 2, axis=1), 2, axis=2)  # nearest-neighbour upsampling by two
        layer = f"transformer/expand/conv{i}/conv"
        x = net.record(value_name(layer, "Relu"), tf.nn.relu(normalised(layer, x, 3)))
    layer = "transformer/expand/conv3/conv"
    return net.record(value_name(layer, "Sigmoid"), tf.nn.sigmoid(normalised(layer, x, 9)))[0]


def as_batch(image, dtype=tf.float32):
    return tf.constant(image, dtype)[None]


def statistics(value):
    """Returns a layer's statistics: shape, mean, (biased) standard deviation, extremes and first
    values."""
    v = np.asarray(value, np.float64)
    return {
        "shape": [1, *value.shape],
        "mean": float(v.mean()),
        "std": float(v.std()),
        "min": float(v.min()),
        "max": float(v.max()),
        "first": [float(x) for x in v.reshape(-1)[:4]],
    }
