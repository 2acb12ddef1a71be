"""Writes tests/fixtures/golden: outputs of TensorFlow with formula weights (formula_model.py).

    make_golden.py [--statistics] [ARCHITECTURE...]     (TensorFlow 2.15, numpy 1.26; hub: 2.19, 2.1)

Every value is computed twice: in float32 as the original did, and in float64, which is nearer to
the truth. Arrays are stored as float32 [2, ...], first the float32 run, then the float64 run.
Prints the largest difference between the two runs. With --statistics, also prints one line for each
layer, which shows whether the formula weights make a network worth testing.

Files of each architecture (style_params.npy and layers.json are of case a):

    bottleneck_{a,b}.npy   [2, 100 or 768]
    stylized_{a,b}.npy     [2, h, w, 3], both runs painted with the float64 bottleneck
    style_params.npy       [2, n], beta and gamma of each normalised layer in the transformer's order
    layers.json            statistics of every layer

formula.json holds samples and checksums of the formulas, which both languages must reproduce.
"""

import json
import sys
from pathlib import Path

import numpy as np
import tensorflow as tf

import formula_model as fm
import networks
from networks import Network, as_batch
from pseudo_random import PseudoRandom, checksum

OUT = Path(__file__).parent.parent / "fixtures/golden"

# name: (height, width). Some sides are odd, so that the strides meet incomplete edges.
CONTENTS = {"content_a": (40, 48), "content_b": (47, 61)}
STYLES = {"style_a": (91, 75), "style_b": (108, 139)}
DTYPES = (tf.float32, tf.float64)


def both(values):
    """Returns the float32 and the float64 result as one float32 array [2, ...]."""
    return np.stack([np.asarray(v).astype(np.float32) for v in values])


def report(what, pair):
    difference = np.abs(pair[0].astype(np.float64) - pair[1]).max()
    print(f"{what}: std {pair[1].std():.3f}, float32 - float64 {difference:.1e}")


def predict(arch, net, style_name):
    if arch.predictor == "none":
        return fm.style_vector(style_name)
    picture = as_batch(fm.picture(style_name, *STYLES[style_name]), net.dtype)
    if arch.predictor == "inception_v3":
        return networks.inception_bottleneck(net, picture)
    return networks.mobilenet_bottleneck(net, picture)


def paint(arch, net, case, bottleneck):
    content = as_batch(fm.picture(f"content_{case}", *CONTENTS[f"content_{case}"]), net.dtype)
    return networks.stylize(net, content, bottleneck, arch.transformer == "separable", arch.padding)


def print_statistics(layers):
    for name, value in layers.items():
        s, flat = networks.statistics(value), value.reshape(-1, value.shape[-1])
        print(
            f"  {name:76s} mean {s['mean']:6.3f} std {s['std']:.3f} min {s['min']:6.2f}"
            f" max {s['max']:5.2f} within channel {flat.std(0).mean():.3f}"
            f" zero {(value == 0).mean():.2f} clipped {(value == 6).mean():.3f}"
        )


def write_architecture(name, arch, statistics):
    folder = OUT / name
    folder.mkdir(parents=True, exist_ok=True)
    weights = fm.weights(arch)
    for case in "ab":
        nets = [Network(weights, dtype) for dtype in DTYPES]
        bottlenecks = both(predict(arch, net, f"style_{case}") for net in nets)
        # Both runs paint with the float64 bottleneck, so that the pictures differ by the
        # transformer alone.
        images = both(paint(arch, net, case, bottlenecks[1]) for net in nets)
        if arch.predictor != "none":
            np.save(folder / f"bottleneck_{case}.npy", bottlenecks)
            report(f"{name} {case} bottleneck", bottlenecks)
        np.save(folder / f"stylized_{case}.npy", images)
        report(f"{name} {case} image", images)
        if case == "a":
            layers = [net.layers for net in nets]
            write_layers(folder, layers)
            write_style_params(folder, arch, layers)
            if statistics:
                print_statistics(layers[0])


def write_json(path, record):
    """Writes one line for each entry, so that a changed entry shows as one changed line."""
    lines = (f"{json.dumps(name)}: {json.dumps(value)}" for name, value in record.items())
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n")


def write_layers(folder, layers):
    f32, f64 = ({name: networks.statistics(v) for name, v in run.items()} for run in layers)
    record = {name: {"f32": f32[name], "f64": f64[name]} for name in f32}
    write_json(folder / "layers.json", record)


def write_style_params(folder, arch, layers):
    names = [
        f"style_params/{layer}/StyleNorm/{part}"
        for layer, *_ in fm.normalised_layers(arch)
        for part in ("SpatialSqueeze", "SpatialSqueeze_1")
    ]
    params = both(np.concatenate([run[name] for name in names]) for run in layers)
    np.save(folder / "style_params.npy", params)


def pinned(values):
    return {"checksum": f"{checksum(values):016x}"}


def write_formulas():
    """Writes formula.json: numbers that formula_model.cpp must reproduce bit for bit."""
    units = [
        {"seed": seed, "name": name, "index": i, "unit": float(PseudoRandom(seed, name).unit(i))}
        for seed in (0, 1, fm.SEED)
        for name in ("", "Conv/weights", "transformer/expand/conv3/conv/weights")
        for i in (0, 1, 2, 1000, 10**7)
    ]
    architectures = {}
    for name, arch in fm.ARCHITECTURES.items():
        tensors = fm.weights(arch)
        architectures[name] = {
            "values": sum(v.size for v in tensors.values()),
            "tensors": {k: {"shape": v.shape} | pinned(v) for k, v in tensors.items()},
        }
    pictures = {
        name: {"height": h, "width": w} | pinned(fm.picture(name, h, w))
        for name, (h, w) in (CONTENTS | STYLES).items()
    }
    vectors = {name: pinned(fm.style_vector(name)) for name in STYLES}
    record = {
        "seed": fm.SEED,
        "pseudo_random": units,
        "pictures": pictures,
        "style_vectors": vectors,
        "architectures": architectures,
    }
    write_json(OUT / "formula.json", record)


def main():
    names = [argument for argument in sys.argv[1:] if argument != "--statistics"]
    if not set(names) <= set(fm.ARCHITECTURES):
        sys.exit(__doc__)
    OUT.mkdir(parents=True, exist_ok=True)
    write_formulas()
    for name in names or fm.ARCHITECTURES:
        write_architecture(name, fm.ARCHITECTURES[name], "--statistics" in sys.argv)


if __name__ == "__main__":
    main()
