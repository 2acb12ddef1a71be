"""Writes tests/fixtures/weights/fixtures.tar.xz: tiny models in every container of weights.

    make_weight_fixtures.py     (TensorFlow 2.15, numpy 1.26)

Variables have the published names and a 32nd of the published channel counts. Every value is a
function of the variable's name: value() here and in tests/weights/weight_fixtures.hpp. So the tests
need no stored copy of the values. All values are fractions of few bits, which are exact in float16
and keep the archive small. CMake unpacks the archive and makes the .tar.gz variants of the
checkpoints.

    checkpoint/            TF1 checkpoint, three data shards, batch norm unfolded, training leftovers
    saved_model/           the checkpoint's weights as a TF2 SavedModel, two data shards
    saved_model_unnamed/   the variables file of a SavedModel whose object graph has no full names
    missing/               a transformer's checkpoint without two of its variables
    corrupt/               a transformer's checkpoint with one flipped bit in a tensor
    transformer_*.tflite   the transformer by the TFLite converter: float32, float16, int8
    tfjs/                  the separable transformer as a TF.js model, a tensor across two shards
"""

import io
import json
import os
import tarfile
import tempfile
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2, trackable_object_graph_pb2

import formula_model as fm
from pseudo_random import PseudoRandom

OUT = Path(__file__).parent.parent / "fixtures/weights/fixtures.tar.xz"
SEED = 3
BATCH_NORM = ("beta", "moving_mean", "moving_variance")
GRAPH_KEY = "_CHECKPOINTABLE_OBJECT_GRAPH"


def value(name, shape):
    """Returns multiples of 1/32 in [-1, 1), or multiples of 1/64 in [0.5, 1.5) for a variance."""
    count = int(np.prod(shape))
    unit = PseudoRandom(SEED, name).unit(np.arange(count)).astype(np.float64)
    steps = np.floor(unit * 64)
    values = 0.5 + steps / 64 if name.endswith("moving_variance") else steps / 32 - 1
    return values.astype(np.float32).reshape(shape)


def small(channels):
    return channels if channels in (3, 100) else max(1, channels // 32)


def small_shape(name, shape):
    """Returns the shape with the published kernel size and fewer channels."""
    if len(shape) == 1:
        return (small(shape[0]),)
    if name.endswith("depthwise_weights"):
        return (*shape[:2], small(shape[2]), 1)
    return (*shape[:2], small(shape[2]), small(shape[3]))


def variables(architecture):
    """Returns {name: array} of a tiny model as a training leaves it, with unfolded batch norms."""
    result = {}
    for name, shape in fm.variables(fm.ARCHITECTURES[architecture]):
        shape = small_shape(name, shape)
        layer, last = name.rsplit("/", 1)
        has_batch_norm = layer.startswith(("InceptionV3", "transformer/contract"))
        if last == "biases" and has_batch_norm:
            for part in BATCH_NORM:
                bn = f"{layer}/BatchNorm/{part}"
                result[bn] = value(bn, shape)
        else:
            result[name] = value(name, shape)
    return result


def transformer_only(weights):
    return {k: v for k, v in weights.items() if k.startswith(("transformer/", "style_params/"))}


def save_sharded(prefix, tensors, shards):
    """Writes a V2 checkpoint with `shards` data files, to which the tensors are dealt in turn."""
    prefix = str(prefix)
    os.makedirs(os.path.dirname(prefix), exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        parts = []
        names = sorted(tensors)
        for i in range(shards):
            chosen = names[i::shards]
            parts.append(f"{folder}/part{i}")
            tf.raw_ops.SaveV2(prefix=parts[-1], tensor_names=chosen,
                              shape_and_slices=[""] * len(chosen),
                              tensors=[tf.constant(tensors[n]) for n in chosen])
        tf.raw_ops.MergeV2Checkpoints(checkpoint_prefixes=parts, destination_prefix=prefix,
                                      delete_old_dirs=False)


def write_archive(path, folder):
    """Writes the files of `folder` as a reproducible .tar.xz archive."""
    with tarfile.open(path, mode="w:xz", preset=9, format=tarfile.USTAR_FORMAT) as archive:
        for file in sorted(Path(folder).rglob("*")):
            if file.is_file():
                info = tarfile.TarInfo(str(file.relative_to(folder)))
                info.size = file.stat().st_size
                archive.addfile(info, io.BytesIO(file.read_bytes()))


def write_checkpoints(weights, out):
    leftovers = {
        "global_step": np.int64(4000),
        "transformer/contract/conv1/weights/Adam": np.zeros((9, 9, 3, 1), np.float32),
        "transformer/contract/conv1/weights/Adam_1": np.ones((9, 9, 3, 1), np.float32),
        "vgg_16/conv1/conv1_1/biases": np.arange(4, dtype=np.float32),
    }
    save_sharded(out / "checkpoint/model.ckpt", {**weights, **leftovers}, 3)

    missing = transformer_only(weights)
    moved = missing.pop("transformer/residual/residual3/conv2/weights")
    missing["transformer/residual/residual3/conv_2/weights"] = moved
    del missing["style_params/transformer/expand/conv1/conv/StyleNorm/Conv_1/biases"]
    save_sharded(out / "missing/model.ckpt", missing, 1)

    save_sharded(out / "corrupt/model.ckpt", transformer_only(weights), 1)
    data = out / "corrupt/model.ckpt.data-00000-of-00001"
    content = bytearray(data.read_bytes())
    tensor = weights["transformer/expand/conv3/conv/weights"].tobytes()
    content[content.index(tensor) + 17] ^= 0x20
    data.write_bytes(content)


def write_saved_models(weights, out):
    module = tf.Module()
    module.variables_ = [tf.Variable(weights[n], name=n) for n in reversed(sorted(weights))]
    with tempfile.TemporaryDirectory() as folder:
        tf.saved_model.save(module, folder)
        model = saved_model_pb2.SavedModel()
        model.ParseFromString(Path(f"{folder}/saved_model.pb").read_bytes())
        # Removes the functions that save and restore. Only TensorFlow needs them; the names are
        # stored elsewhere.
        model.meta_graphs[0].graph_def.Clear()
        model.meta_graphs[0].meta_info_def.stripped_op_list.Clear()
        reader = tf.train.load_checkpoint(f"{folder}/variables/variables")
        tensors = {k: reader.get_tensor(k) for k in reader.get_variable_to_shape_map()}
    save_sharded(out / "saved_model/variables/variables", tensors, 2)
    (out / "saved_model/saved_model.pb").write_bytes(model.SerializeToString(deterministic=True))

    # Two variables are enough to show that names come from saved_model.pb if the object graph has
    # none.
    module = tf.Module()
    names = ["transformer/contract/conv1/weights", "transformer/contract/conv1/BatchNorm/beta"]
    module.variables_ = [tf.Variable(weights[n], name=n) for n in names]
    with tempfile.TemporaryDirectory() as folder:
        tf.saved_model.save(module, folder)
        model.ParseFromString(Path(f"{folder}/saved_model.pb").read_bytes())
        model.meta_graphs[0].graph_def.Clear()
        model.meta_graphs[0].meta_info_def.stripped_op_list.Clear()
        reader = tf.train.load_checkpoint(f"{folder}/variables/variables")
        tensors = {k: reader.get_tensor(k) for k in reader.get_variable_to_shape_map()}
    graph = trackable_object_graph_pb2.TrackableObjectGraph()
    graph.ParseFromString(tensors[GRAPH_KEY])
    for node in graph.nodes:
        for attribute in node.attributes:
            attribute.full_name = ""
    tensors[GRAPH_KEY] = graph.SerializeToString(deterministic=True)
    save_sharded(out / "saved_model_unnamed/variables/variables", tensors, 1)
    (out / "saved_model_unnamed/saved_model.pb").write_bytes(
        model.SerializeToString(deterministic=True))


def transformer_graph(weights, content, bottleneck):
    """Builds the transformer as Magenta does: a TF1 graph with slim's names."""
    v1 = tf.compat.v1

    def variable(name):
        return v1.get_variable(name, initializer=weights[name])

    def conv(layer, x, stride=1):
        kernel = variable(f"{layer}/weights")
        pad = int(kernel.shape[0]) // 2
        x = tf.pad(x, [[0, 0], [pad, pad], [pad, pad], [0, 0]], "REFLECT")
        return tf.nn.conv2d(x, kernel, stride, "VALID", name=f"{layer}/Conv2D")

    def style(layer, which):
        name = f"style_params/{layer}/StyleNorm/{which}"
        x = tf.nn.conv2d(bottleneck, variable(f"{name}/weights"), 1, "SAME", name=f"{name}/Conv2D")
        return tf.nn.bias_add(x, variable(f"{name}/biases"), name=f"{name}/BiasAdd")

    def normalised(layer, x):
        x = conv(layer, x)
        mean, variance = tf.nn.moments(x, [1, 2], keepdims=True)
        return (x - mean) * tf.math.rsqrt(variance + 1e-5) * style(layer, "Conv_1") + style(
            layer, "Conv")

    x = content
    for i, stride in ((1, 1), (2, 2), (3, 2)):
        layer = f"transformer/contract/conv{i}"
        x = conv(layer, x, stride)
        beta, mean, variance = (variable(f"{layer}/BatchNorm/{part}") for part in BATCH_NORM)
        x = v1.nn.fused_batch_norm(x, np.ones(x.shape[-1], np.float32), beta, mean, variance,
                                   epsilon=1e-3, is_training=False,
                                   name=f"{layer}/BatchNorm/FusedBatchNorm")[0]
        x = tf.nn.relu(x, name=f"{layer}/Relu")
    for i in range(1, 6):
        block = f"transformer/residual/residual{i}"
        inner = tf.nn.relu(normalised(f"{block}/conv1", x))
        x = x + normalised(f"{block}/conv2", inner)
    for i in (1, 2):
        size = (2 * int(x.shape[1]), 2 * int(x.shape[2]))
        x = v1.image.resize_nearest_neighbor(x, size)
        x = tf.nn.relu(normalised(f"transformer/expand/conv{i}/conv", x))
    x = normalised("transformer/expand/conv3/conv", x)
    return tf.sigmoid(x, name="transformer/expand/conv3/conv/Sigmoid")


def write_tflite(weights, out):
    v1 = tf.compat.v1
    side = 16

    def inputs():
        for i in range(4):
            picture = PseudoRandom(SEED, f"picture{i}").unit(np.arange(side * side * 3))
            yield [picture.reshape(1, side, side, 3).astype(np.float32),
                   value(f"bottleneck{i}", (1, 1, 1, 100))]

    for kind in ("f32", "f16", "int8"):
        with tf.Graph().as_default(), v1.Session() as session:
            content = v1.placeholder(tf.float32, (1, side, side, 3), "content_image")
            bottleneck = v1.placeholder(tf.float32, (1, 1, 1, 100), "mobilenet_conv/Conv/BiasAdd")
            output = transformer_graph(weights, content, bottleneck)
            session.run(v1.global_variables_initializer())
            converter = v1.lite.TFLiteConverter.from_session(
                session, [content, bottleneck], [output])
            if kind != "f32":
                converter.optimizations = [tf.lite.Optimize.DEFAULT]
            if kind == "f16":
                converter.target_spec.supported_types = [tf.float16]
            if kind == "int8":
                converter.representative_dataset = inputs
            (out / f"transformer_{kind}.tflite").write_bytes(converter.convert())


def write_tfjs(weights, out):
    """Writes a TF.js model by hand: float32 in a first group of two shards, affine uint8 and uint16
    in a second group."""
    folder = out / "tfjs"
    folder.mkdir()
    styles = {k: v for k, v in weights.items() if k.startswith("style_params/")}
    others = {k: v for k, v in weights.items() if k.startswith("transformer/")}
    data = b"".join(v.tobytes() for v in others.values())
    cut = len(data) // 2 + 1  # a cut that also divides a number
    (folder / "group1-shard1of2").write_bytes(data[:cut])
    (folder / "group1-shard2of2").write_bytes(data[cut:])
    first = [{"name": k, "shape": list(v.shape), "dtype": "float32"} for k, v in others.items()]
    second, packed = [], b""
    for i, (k, v) in enumerate(styles.items()):
        dtype = "uint8" if i % 2 == 0 else "uint16"
        # value() gives steps / 32 - 1, so quantisation with scale 1/32 is exact.
        packed += np.round((v + 1) * 32).astype(dtype).tobytes()
        second.append({"name": k, "shape": list(v.shape), "dtype": "float32",
                       "quantization": {"dtype": dtype, "scale": 1 / 32, "min": -1.0}})
    (folder / "group2-shard1of1").write_bytes(packed)
    manifest = [{"paths": ["group1-shard1of2", "group1-shard2of2"], "weights": first},
                {"paths": ["group2-shard1of1"], "weights": second}]
    text = json.dumps({"format": "graph-model", "modelTopology": {}, "weightsManifest": manifest})
    (folder / "model.json").write_text(text)


def main():
    weights = variables("inception")
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        write_checkpoints(weights, out)
        write_saved_models(weights, out)
        write_tflite(transformer_only(weights), out)
        write_tfjs(variables("separable_reflect"), out)
        OUT.parent.mkdir(parents=True, exist_ok=True)
        write_archive(OUT, folder)
    print(f"{OUT.name}: {OUT.stat().st_size} bytes")


if __name__ == "__main__":
    main()
