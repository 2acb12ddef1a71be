"""Compares the published 5-block transformer in PyTorch with published pictures, byte by byte.

    python check_transformer.py --transformer t.safetensors --known FOLDER

FOLDER holds vectors.json, whose `outputs` name pictures, their content and their vectors. The
publishing script cut the samples off to bytes, as this script does.
"""
import argparse
import json
from pathlib import Path

import numpy as np
import torch

import data
from known_vectors import load_known
from weights_file import load_transformer


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--transformer", required=True)
    parser.add_argument("--known", required=True)
    args = parser.parse_args()
    folder = Path(args.known)
    vectors = {k.name: k.vector for k in load_known(folder)}
    transformer = load_transformer(args.transformer)
    for output in json.loads((folder / "vectors.json").read_text())["outputs"]:
        vector = vectors[output["style"]] * output["strength"]
        if "own" in output:
            vector = vector + vectors[output["own"]] * (1 - output["strength"])
        content, published = data.load([folder / output["content"], folder / output["file"]])
        with torch.inference_mode():
            painted = transformer(data.to_tensor([content]), vector[None])[0].permute(1, 2, 0)
        apart = np.abs(painted.mul(255).byte().numpy().astype(int) - published)
        print(f"{output['file']}: {100 * (apart == 0).mean():.2f} % of bytes equal, largest difference {apart.max()}")


if __name__ == "__main__":
    main()
