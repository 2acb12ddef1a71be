"""Computes the teacher's bottlenecks of many pictures once.

The transformer's run draws its styles from them. Their mean and spread are the units of the
predictor's error.

    python bottleneck_bank.py --pictures FOLDER --teacher teacher.safetensors --work FOLDER
"""
import argparse
from pathlib import Path

import numpy as np
import torch

import augment
import data
from weights_file import load_networks

SIZE = 256
SEED = 11


def predict(predictor, pictures, batch=16):
    """Returns the bottlenecks [n,100] of uint8 pictures of one size."""
    with torch.inference_mode():
        return torch.cat([predictor(data.to_tensor(pictures[i:i + batch]))
                          for i in range(0, len(pictures), batch)])


def make(predictor, contents, styles, views):
    """Returns bottlenecks by kind. 'content': plain photographs in list order; 'style': plain
    paintings; 'view': random views."""
    rng = np.random.default_rng(SEED)
    bank = {name: predict(predictor, [data.resize(p, SIZE) for p in pictures])
            for name, pictures in (("content", contents), ("style", styles))}
    parts = [predict(predictor, [augment.style_view(rng, contents, styles, SIZE) for _ in range(16)])
             for _ in range(views // 16)]
    bank["view"] = torch.cat(parts)
    return {name: b.clone() for name, b in bank.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", required=True, help="folder with content/ and style/")
    parser.add_argument("--teacher", required=True, help="the published pair, by nst-weights convert")
    parser.add_argument("--work", required=True, help="folder for bottlenecks.pt")
    parser.add_argument("--views", type=int, default=9000)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    predictor, _ = load_networks(args.teacher)
    contents, styles = data.load_training(args.pictures)
    bank = make(predictor, contents, styles, args.views)
    Path(args.work).mkdir(parents=True, exist_ok=True)
    torch.save(bank, Path(args.work) / "bottlenecks.pt")
    print({name: tuple(b.shape) for name, b in bank.items()})


if __name__ == "__main__":
    main()
