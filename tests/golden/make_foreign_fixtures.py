"""Writes tests/fixtures/weights/foreign.tar.xz: tiny models of later TensorFlow versions.

    make_foreign_fixtures.py     (TensorFlow 2.19)

Values are those of make_weight_fixtures.py's value() for the variable's name. Channel counts are a
32nd of the published ones. Batch norm is unfolded in the graphs, so that the converters fold it.

    predict_f32.tflite, predict_16x8.tflite   MobileNetV2 predictor, from a concrete function: the constants
                                              are "arith.constantN", the last layer's output is the graph's
    transfer_f16.tflite                       transformer, from a TF1 session
    both.tflite                               the two networks as two signatures of one file
    sparse.tflite                             transformer, EXPERIMENTAL_SPARSITY
    v1/model.ckpt                             transformer, checkpoint of version 1
"""

import os
import tempfile
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import tensorflow as tf

import make_weight_fixtures as fixtures
from make_weight_fixtures import value

OUT = Path(__file__).parent.parent / "fixtures/weights/foreign.tar.xz"
SIDE = 16
PICTURE = tf.TensorSpec([1, SIDE, SIDE, 3])
BATCH_NORM = ("gamma/moving_variance", "beta/moving_variance", "moving_mean", "moving_variance")
STRIDES = (1, 2, 1, 2, 1, 1, 2, 1, 1, 1, 1, 1, 1, 2, 1, 1, 1)
CHANNELS, INNER, TOP = 2, 4, 6


class Predictor(tf.Module):
    """Builds MobileNetV2 as slim does, with CHANNELS channels in all blocks."""

    def __init__(self):
        super().__init__()
        self.kept = {}

    def variable(self, name, shape):
        if name not in self.kept:
            scale = 1 / 16 if "/gamma/" in name else 1
            self.kept[name] = tf.Variable(value(name, shape) * np.float32(scale), name=name)
        return self.kept[name]

    def conv(self, x, layer, size, channels, stride=1, act=None):
        inputs = int(x.shape[-1])
        with tf.name_scope(layer + "/"):
            if layer.endswith("/depthwise"):
                kernel = self.variable(f"{layer}/depthwise_weights", (size, size, inputs, 1))
                x = tf.nn.depthwise_conv2d(x, kernel, [1, stride, stride, 1], "SAME", name="depthwise")
            else:
                kernel = self.variable(f"{layer}/weights", (size, size, inputs, channels))
                x = tf.nn.conv2d(x, kernel, stride, "SAME", name="Conv2D")
        with tf.name_scope(layer + "/BatchNorm/"):
            # Quantised models need channels that are not constant zero. So β is above 0 and γ is
            # small: both take values of a variance.
            parts = [self.variable(f"{layer}/BatchNorm/{part}", (channels,)) for part in BATCH_NORM]
            gamma, beta, mean, variance = parts
            x = tf.compat.v1.nn.fused_batch_norm(
                x, gamma, beta, mean, variance, epsilon=1e-3, is_training=False)[0]
        with tf.name_scope(layer + "/"):
            return act(x) if act else x

    def __call__(self, x):
        relu6 = tf.nn.relu6
        x = self.conv(x, "MobilenetV2/Conv", 3, CHANNELS, 2, relu6)
        for i, stride in enumerate(STRIDES):
            block = "MobilenetV2/expanded_conv" + (f"_{i}" if i else "")
            y = self.conv(x, f"{block}/expand", 1, INNER, 1, relu6) if i else x
            y = self.conv(y, f"{block}/depthwise", 3, int(y.shape[-1]), stride, relu6)
            y = self.conv(y, f"{block}/project", 1, CHANNELS)
            x = y + x if i and y.shape == x.shape else y
        x = self.conv(x, "MobilenetV2/Conv_1", 1, TOP, 1, relu6)
        x = tf.reduce_mean(x, [1, 2], keepdims=True)
        layer = "mobilenet_conv/Conv"
        with tf.name_scope(layer + "/"):
            x = tf.nn.conv2d(x, self.variable(f"{layer}/weights", (1, 1, TOP, 100)), 1, "SAME", name="Conv2D")
            return tf.nn.bias_add(x, self.variable(f"{layer}/biases", (100,)), name="BiasAdd")


def pictures():
    for i in range(4):
        picture = fixtures.PseudoRandom(fixtures.SEED, f"picture{i}").unit(np.arange(SIDE * SIDE * 3))
        yield [picture.reshape(1, SIDE, SIDE, 3).astype(np.float32)]


def write_predictors(out):
    module = Predictor()
    function = tf.function(module, input_signature=[PICTURE]).get_concrete_function()
    for kind in ("f32", "16x8"):
        converter = tf.lite.TFLiteConverter.from_concrete_functions([function], module)
        if kind == "16x8":
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
            converter.representative_dataset = pictures
            converter.target_spec.supported_ops = [
                tf.lite.OpsSet.EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8,
                tf.lite.OpsSet.TFLITE_BUILTINS]
        (out / f"predict_{kind}.tflite").write_bytes(converter.convert())


def in_session(weights, use):
    v1 = tf.compat.v1
    with tf.Graph().as_default(), v1.Session() as session:
        content = v1.placeholder(tf.float32, (1, SIDE, SIDE, 3), "content_image")
        bottleneck = v1.placeholder(tf.float32, (1, 1, 1, 100), "mobilenet_conv/Conv/BiasAdd")
        output = fixtures.transformer_graph(weights, content, bottleneck)
        session.run(v1.global_variables_initializer())
        use(session, [content, bottleneck], [output])


def write_transformers(weights, out):
    def convert(name, optimization, types=()):
        def use(session, inputs, outputs):
            converter = tf.compat.v1.lite.TFLiteConverter.from_session(session, inputs, outputs)
            converter.optimizations = [optimization]
            converter.target_spec.supported_types = list(types)
            (out / name).write_bytes(converter.convert())
        return use

    in_session(weights, convert("transfer_f16.tflite", tf.lite.Optimize.DEFAULT, [tf.float16]))

    def save(session, inputs, outputs):
        (out / "v1").mkdir()
        saver = tf.compat.v1.train.Saver(write_version=tf.compat.v1.train.SaverDef.V1)
        saver.save(session, str(out / "v1/model.ckpt"), write_meta_graph=False, write_state=False)

    in_session(weights, save)
    thin = {k: v * (np.random.RandomState(1).uniform(size=v.shape) < 0.05) if v.ndim == 4 else v
            for k, v in weights.items()}
    thin = {k: v.astype(np.float32) for k, v in thin.items()}
    in_session(thin, convert("sparse.tflite", tf.lite.Optimize.EXPERIMENTAL_SPARSITY))


def write_both(weights, out):
    module = Predictor()
    module.predict = tf.function(module, input_signature=[PICTURE])
    trained = {k: tf.Variable(v, name=k) for k, v in weights.items()}
    module.trained = trained

    def transformer(content, bottleneck):
        variable = tf.compat.v1.get_variable
        try:
            tf.compat.v1.get_variable = lambda name, initializer: trained[name]
            return fixtures.transformer_graph(weights, content, bottleneck)
        finally:
            tf.compat.v1.get_variable = variable

    module.transfer = tf.function(
        transformer, input_signature=[PICTURE, tf.TensorSpec([1, 1, 1, 100])])
    with tempfile.TemporaryDirectory() as folder:
        tf.saved_model.save(module, folder, signatures={
            "predict": module.predict.get_concrete_function(),
            "transfer": module.transfer.get_concrete_function()})
        converter = tf.lite.TFLiteConverter.from_saved_model(folder, signature_keys=["predict", "transfer"])
        (out / "both.tflite").write_bytes(converter.convert())


def main():
    weights = fixtures.transformer_only(fixtures.variables("inception"))
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        write_predictors(out)
        write_transformers(weights, out)
        write_both(weights, out)
        fixtures.write_archive(OUT, folder)
    print(f"{OUT.name}: {OUT.stat().st_size} bytes")


if __name__ == "__main__":
    main()
