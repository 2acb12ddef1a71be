"""Judges a predictor into T's space on the pictures whose vectors are known.

    python judge_predictor.py --predictor FILE --transformer t.safetensors --known FOLDER \\
      [--photograph FILE] [--judge open-nsfw.onnx] [--json FILE] [--sheet FILE.png]

FILE is a model file or a checkpoint of train_style_predictor.py. `fidelity` is a ratio of two
distances from the style, measured by a network that no loss uses: T's painting with the predicted
vector over T's painting with the true vector.
"""
import argparse
import json
from pathlib import Path

import torch

import data
from judge_network import JudgeNetwork
from judge_vectors import judge, judged_contents, report, sheet
from known_vectors import load_known
from networks import Predictor
from pictures import SIZE
from weights_file import load_average, load_transformer


def fidelity(network, found, known, transformer, content):
    """Returns {name: ratio of distances}, and the ratio for paintings with the mean of the known
    vectors."""
    x, ratios, plain = data.to_tensor([content]), {}, {}
    paint = lambda v: data.to_bytes(transformer(x, v[None]))[0].numpy()
    with torch.inference_mode():
        middle = paint(torch.stack([k.vector for k in known]).mean(0))
        for k in known:
            if k.name in found:
                style = data.resize(k.picture, SIZE)
                true = network.distance(paint(k.vector), style)
                ratios[k.name] = network.distance(paint(found[k.name]), style) / true
                plain[k.name] = network.distance(middle, style) / true
    return ratios, plain


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--predictor", required=True)
    parser.add_argument("--transformer", required=True)
    parser.add_argument("--known", required=True)
    parser.add_argument("--photograph", help="a second content, beside the statue")
    parser.add_argument("--judge", help="open-nsfw.onnx")
    parser.add_argument("--json")
    parser.add_argument("--sheet")
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    predictor = load_average(args.predictor, Predictor)[0].eval()
    known, transformer = load_known(args.known), load_transformer(args.transformer)
    contents = judged_contents(known, args.photograph)
    with torch.inference_mode():
        found = {k.name: predictor(data.to_tensor([data.resize(k.picture, SIZE)]))[0]
                 for k in known if k.picture is not None}
    rows = judge(found, known, transformer, contents)
    if args.judge:
        ratios, plain = fidelity(JudgeNetwork(args.judge), found, known, transformer, contents["statue"])
        for name, row in rows.items():
            row["fidelity"], row["fidelity_of_mean"] = ratios[name], plain[name]
    report(rows)
    if args.json:
        Path(args.json).write_text(json.dumps(rows) + "\n")
    if args.sheet:
        sheet(found, known, transformer, contents, args.sheet)


if __name__ == "__main__":
    main()
