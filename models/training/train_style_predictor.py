"""Trains a predictor into the space of the published 5-block network T.

The predictor maps a picture to the vector with which T paints like that picture.

    python train_style_predictor.py --pictures FOLDER --teacher teacher.safetensors --transformer t.safetensors \
      --known FOLDER --vectors vectors/paintings.npy --work FOLDER --steps 4000

The student is a MobileNetV2 of width 0.75 that starts from the shipped model's predictor (ours)
with a new head. The loss of a vector's error is its cost in the descent's loss, to second order.
For a few pictures of each batch, the loss is the descent's loss itself, computed through T. No
picture of a known vector is used in training.
"""
import argparse

import numpy as np
import torch

import data
from appearance import COLOUR_WEIGHT, join_styles
from descent import PRIOR_WEIGHT, RECIPE, prepare
from feature_bank import FeatureBank, load_items
from judge_vectors import judge, judged_contents
from networks import Predictor
from optimisers import make_optimiser
from pictures import SIZE, Pictures
from replay_pool import ReplayPool
from style_examples import Examples, Regression
from training_loop import Stages, Trainer, add_arguments, start
from warm_start import ridge
from weights_file import load_unfolded

WIDTH, LAST = 0.75, 768
POOL = 48  # number of batches in the pool
HEAD_RIDGE = 300.0
HEAD_ITEMS = 800
PAINTED = 2  # pictures of a batch whose loss is computed through T


def make_student(path, pictures, items, prior):
    """Returns the shipped predictor with unfolded batch norms and a head fitted to the found
    vectors."""
    student = Predictor(WIDTH, LAST)
    shown = [pictures.view(*item) for item, _ in items[:HEAD_ITEMS]]
    load_unfolded(student, path, np.stack(shown[:64]))
    student.eval()
    with torch.no_grad():
        inputs = torch.cat([student.top_means(data.to_tensor(shown[i:i + 16])) for i in range(0, len(shown), 16)])
    outputs = torch.stack([v for _, v in items[:HEAD_ITEMS]])
    mean, unit, centre = inputs.mean(0), inputs.std(0) + 1e-3, outputs.mean(0)
    weights = ridge((inputs - mean) / unit, (outputs - centre) / prior.unit, HEAD_RIDGE)
    weights = weights / unit[:, None] * prior.unit
    student.head.weight.data.copy_(weights.T)
    student.head.bias.data.copy_(centre - mean @ weights)
    return student.to(memory_format=torch.channels_last)


class VectorLoss:
    def __init__(self, descent, prior):
        self.descent, self.prior, self.metric = descent, prior, descent.metric(prior)

    def error(self, answers, vectors):
        """Returns the errors' cost [n], to second order."""
        d = (answers - vectors) / self.prior.unit
        return ((d @ self.metric) * d).sum(1)

    def painted(self, answers, views, content):
        """Returns the descent's loss [n] of T's paintings with the answers."""
        styles = join_styles([self.descent.appearance.style(view) for view in views])
        parts = self.descent.losses(answers, styles, [content])
        return parts[0] + parts[1] + PRIOR_WEIGHT * self.prior.penalty(answers)


def make_validation(args, known, descent, loss, pictures, held_out):
    """Returns validate(predictor), which judges the known vectors' pictures and computes the cost
    on held-out pictures with found vectors."""
    judged = [k for k in known if k.picture is not None]
    seen = data.to_tensor([data.resize(k.picture, SIZE) for k in judged])
    contents = judged_contents(known, None)
    views = data.to_tensor([pictures.view(*item) for item, _ in held_out])
    vectors = torch.stack([v for _, v in held_out])
    centre = loss.error(vectors.mean(0), vectors).mean()

    def validate(model):
        with torch.inference_mode():
            answers = model(seen)
            cost = loss.error(model(views), vectors).mean()
        rows = judge(dict(zip([k.name for k in judged], answers)), known, descent.transformer, contents)
        figures = {"held_out": (cost / centre).item()}  # 1 means no better than the mean vector
        for kind in ("recovered", "distilled"):
            for key in ("mean_removed", "relative_error", "ssim_statue"):
                figures[f"{kind}_{key}"] = float(np.mean([r[key] for r in rows.values() if r["kind"] == kind]))
        return figures

    return validate


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_arguments(parser, lr=1e-3, batch=16, default_sizes=f"0:{SIZE}")
    parser.add_argument("--transformer", required=True, help="the published 5-block network, by nst-weights convert")
    parser.add_argument("--known", required=True, help="folder of vectors.json")
    parser.add_argument("--vectors", required=True, help="what find_vectors.py found")
    parser.add_argument("--reuse", type=float, default=4, help="times each example is used")
    parser.add_argument("--painted", type=int, default=PAINTED, help="pictures a step that the loss sees painted")
    parser.add_argument("--colour", type=float, default=COLOUR_WEIGHT, help="weight of the paintings' colours")
    parser.add_argument("--chroma", type=float, default=1.0, help="factor of the colours' distances from grey")
    parser.add_argument("--found", type=float, default=1.0, help="weight of the found vectors")
    parser.add_argument("--contents", type=int, default=2, help="number of photographs to paint on")
    args = parser.parse_args()
    start(args)
    descent, prior, known = prepare(args, args.colour, args.chroma, args.contents)
    pictures = Pictures(args.pictures)
    items, held_out = load_items(args.vectors, RECIPE, pictures)
    print(f"{len(items)} vectors to train on, {len(held_out)} held out", flush=True)
    regression = Regression(prior, FeatureBank(args.work, descent.appearance, pictures), items)
    student = make_student(args.start_from or "../mobile.safetensors", pictures, items, prior)
    loss = VectorLoss(descent, prior)
    anchors = torch.stack([k.vector for k in known if k.picture is None])
    stages = Stages(args, lambda side, rng: ReplayPool(
        Examples(rng, pictures, items, regression, descent.transformer, anchors).produce, args.batch,
        args.reuse, rng, POOL))

    def losses(step):
        views, wanted, real = stages.draw(step)
        student.train()
        answers = student(data.to_tensor(views.numpy()))
        terms = {"vector": args.found * loss.error(answers, wanted).mean()}
        chosen = torch.nonzero(real)[:args.painted, 0]
        if len(chosen):
            content = descent.contents.each[step % len(descent.contents.each)]
            terms["painted"] = loss.painted(answers[chosen], views[chosen].numpy(), content).mean()
        return {"loss": sum(terms.values()), **terms}

    optimiser = make_optimiser(args.optimiser, student, args.lr, slow=list(student.head.parameters()))
    Trainer(args, "style-predictor", student, optimiser, losses,
            make_validation(args, known, descent, loss, pictures, held_out)).run()


if __name__ == "__main__":
    main()
