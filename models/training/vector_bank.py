"""Computes the vectors that a painter is trained with, once.

The vectors are the answers of a predictor into T's space to pictures and views.

    python vector_bank.py --pictures FOLDER --predictor style-anneal/latest.pt --work FOLDER

Half of the views are paintings, turned, cut and recoloured. The other half are as strange as
`augment.style_view` makes them.
"""
import argparse
from pathlib import Path

import numpy as np
import torch

import augment
import data
from networks import Predictor
from pictures import SIZE, is_fit
from weights_file import load_average

SEED = (77, 0)
BATCH = 16


@torch.inference_mode()
def predict(predictor, pictures):
    parts = [predictor(data.to_tensor([data.resize(p, SIZE) for p in pictures[i:i + BATCH]]))
             for i in range(0, len(pictures), BATCH)]
    return torch.cat(parts).clone()


def draw_view(rng, contents, styles):
    while True:
        if rng.random() < 0.5:
            view = augment.plain_view(rng, styles[rng.integers(len(styles))], SIZE)
        else:
            view = augment.style_view(rng, contents, styles, SIZE)
        if is_fit(view):
            return view


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", required=True, help="folder with content/ and style/")
    parser.add_argument("--predictor", required=True, help="checkpoint of train_style_predictor.py, or a model file")
    parser.add_argument("--work", required=True, help="folder for vectors.pt")
    parser.add_argument("--views", type=int, default=14400)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    predictor = load_average(args.predictor, Predictor)[0].eval().to(memory_format=torch.channels_last)
    contents, styles = data.load_training(args.pictures)
    bank = {"style": predict(predictor, styles), "content": predict(predictor, contents)}
    held_out = data.load_held_out(args.pictures, 512)
    bank["held_out_content"], bank["held_out_style"] = [predict(predictor, pictures) for pictures in held_out]
    rng, views = np.random.default_rng(SEED), []
    for _ in range(args.views // BATCH):
        views.append(predict(predictor, [draw_view(rng, contents, styles) for _ in range(BATCH)]))
    bank["view"] = torch.cat(views)
    Path(args.work).mkdir(parents=True, exist_ok=True)
    torch.save(bank, Path(args.work) / "vectors.pt")
    print({name: len(vectors) for name, vectors in bank.items()})


if __name__ == "__main__":
    main()
