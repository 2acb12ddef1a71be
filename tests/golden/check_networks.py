"""Compares networks.py with recorded outputs of the original graphs.

    check_networks.py SHARED_DIR

SHARED_DIR holds models/ and reference/, which are not part of this repository. Prints one line for
each comparison. Exits with 1 if any figure is out of bounds.
"""

import json
import sys
from pathlib import Path

import numpy as np
import tensorflow as tf

import networks
from networks import Network, as_batch


def checkpoint_weights(prefix):
    reader = tf.train.load_checkpoint(str(prefix))
    return {name: reader.get_tensor(name) for name in reader.get_variable_to_shape_map()}


def tfjs_weights(model_json):
    """Returns the weights of a TF.js graph model as float32 arrays by name."""
    manifest = json.loads(Path(model_json).read_text())["weightsManifest"]
    weights = {}
    for group in manifest:
        data = b"".join((Path(model_json).parent / p).read_bytes() for p in group["paths"])
        offset = 0
        for w in group["weights"]:
            dtype = np.dtype(w["dtype"])
            count = int(np.prod(w["shape"], dtype=np.int64))
            weights[w["name"]] = np.frombuffer(data, dtype, count, offset).reshape(w["shape"])
            offset += count * dtype.itemsize
    return weights


def tflite_weights(path):
    """Returns the constants of a TFLite file by variable name, dequantised to float32.

    Convolutions are in the order HWIO, depthwise ones [kh, kw, c, 1].
    """
    interpreter = tf.lite.Interpreter(str(path), experimental_preserve_all_tensors=True)
    weights = {}
    for t in interpreter.get_tensor_details():
        name = t["name"].split(";")[0]
        is_weight = name.endswith("weights")
        is_bias = name.endswith(("Conv2D_bias", "depthwise_bias"))
        if not (is_weight or is_bias):
            continue
        value = interpreter.get_tensor(t["index"])
        if value.dtype not in (np.float16, np.float32):
            q = t["quantization_parameters"]
            shape = [1] * value.ndim
            shape[q["quantized_dimension"]] = -1
            zero = q["zero_points"].reshape(shape).astype(np.float64)
            value = (value.astype(np.float64) - zero) * q["scales"].reshape(shape)
        value = value.astype(np.float32)
        if is_bias:
            name = name.rsplit("/", 1)[0] + "/biases"
        elif name.endswith("depthwise_weights"):
            value = value.transpose(1, 2, 3, 0)  # transposes [1, kh, kw, c] to [kh, kw, c, 1]
        else:
            value = value.transpose(1, 2, 3, 0)  # transposes OHWI to HWIO
        weights[name] = value
    return weights


class Report:
    """Prints figures next to their bounds and keeps in `failed` whether any is out of bounds."""

    def __init__(self):
        self.failed = False

    def add(self, what, **figures):
        parts = []
        for name, (value, bound) in figures.items():
            bad = not value <= bound
            self.failed |= bad
            parts.append(f"{name} {value:.2e} (<= {bound:g}{', FAILED' if bad else ''})")
        print(f"{what}: {'  '.join(parts)}", flush=True)

    def bottleneck(self, what, got, want, bound):
        self.add(f"{what} bottleneck", max=(np.abs(np.asarray(got) - want).max(), bound))

    def image(self, what, got, want, bound=1e-3, mean_bound=1e-5):
        difference = np.abs(np.asarray(got) - want)
        figures = {"max": (difference.max(), bound), "mean": (difference.mean(), mean_bound)}
        self.add(f"{what} image", **figures)

    def layers(self, what, got, want):
        missing = sorted(set(want) - set(got))
        if missing:
            self.failed = True
            print(f"{what}: {len(missing)} layers missing, first {missing[0]}")
        worst = {"mean": 0.0, "std": 0.0, "first": 0.0}
        for name, expected in want.items():
            actual = networks.statistics(got[name])
            # Errors are relative to the layer's own spread, because a mean may be near zero.
            scale = max(abs(expected["mean"]), expected["std"])
            for key in ("mean", "std"):
                worst[key] = max(worst[key], abs(actual[key] - expected[key]) / scale)
            first = np.abs(np.subtract(actual["first"], expected["first"])).max()
            worst["first"] = max(worst["first"], first)
        figures = {key: (value, 1e-4) for key, value in worst.items()}
        self.add(f"{what} {len(want)} layers", **figures)


def check_inception(shared, report):
    outputs = shared / "reference/inception/outputs"
    weights = checkpoint_weights(shared / "reference/inception/checkpoint/model.ckpt")
    for case in "ab":
        load = lambda what: np.load(outputs / f"{case}.{what}.npy")
        net = Network(weights)
        bottleneck = networks.inception_bottleneck(net, as_batch(load("style")))
        image = networks.stylize(net, as_batch(load("content")), load("bottleneck"))
        report.bottleneck(f"inception {case}", bottleneck, load("bottleneck"), 2e-5)
        report.image(f"inception {case}", image, load("stylized"))
        if case == "a":
            recorded = json.loads((outputs / "a.layers.json").read_text())
            report.layers("inception a", net.layers, recorded)


def check_mobile(shared, report):
    reference, models = shared / "reference/mobile", shared / "models/mobile"
    predictor = tflite_weights(models / "style_predict_int8_256.tflite")
    transformer = tflite_weights(models / "style_transfer_f16_384.tflite")
    for style in ("picasso", "towers", "zigzag_colorful"):
        load = lambda what: np.load(reference / f"{style}.{what}.npy")
        got = networks.mobilenet_bottleneck(Network(predictor), as_batch(load("style")))
        report.bottleneck(f"mobile {style}", got, load("bottleneck"), 1e-4)
    for case, style in (
        ("konark_picasso", "picasso"),
        ("eiffel_towers", "towers"),
        ("golden_gate_zigzag_colorful", "zigzag_colorful"),
    ):
        content = np.load(reference / f"{case}.content.npy")
        bottleneck = np.load(reference / f"{style}.bottleneck.npy")
        image = networks.stylize(Network(transformer), as_batch(content), bottleneck)
        report.image(f"mobile {case}", image, np.load(reference / f"{case}.stylized.npy"))


def check_separable(shared, report):
    reference = shared / "reference/separable"
    weights = tfjs_weights(shared / "models/separable-tfjs/model.json")
    content, bottleneck = np.load(reference / "content.npy"), np.load(reference / "bottleneck.npy")
    for padding in ("reflect", "zero"):
        image = networks.stylize(Network(weights), as_batch(content), bottleneck, True, padding)
        report.image(f"separable {padding}", image, np.load(reference / f"stylized_{padding}.npy"))


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    shared, report = Path(sys.argv[1]), Report()
    check_inception(shared, report)
    check_mobile(shared, report)
    check_separable(shared, report)
    sys.exit(1 if report.failed else 0)


if __name__ == "__main__":
    main()
