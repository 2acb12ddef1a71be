"""Trains both students together: a style's picture and a photograph in, the teacher's painting out.

Each student alone learns to be right on average. Together, the predictor learns to which directions
of the bottleneck the transformer is sensitive. The transformer learns what this predictor's
bottlenecks stand for. Batch norms keep the statistics that they start with.
"""
import argparse
from pathlib import Path

import numpy as np
import torch
import torch.nn as nn

import augment
import data
import train_predictor
import train_transformer
from losses import PictureLoss
from networks import Predictor, Transformer
from optimisers import make_optimiser
from replay_pool import ReplayPool
from train_predictor import SIZE, BottleneckLoss
from train_transformer import PRECONDITIONED_SIDE, StyleSource
from training_loop import Stages, Trainer, add_arguments, start
from weights_file import load_average, load_networks

# The pictures' loss is about 0.3. This weight keeps the bottleneck in the space of the published
# transformer, whose styles can be mixed and interpolated.
BOTTLENECK_WEIGHT = 0.3


class Pair(nn.Module):
    def __init__(self, work, predictor_run, transformer_run):
        super().__init__()
        self.predictor = load_average(Path(work) / predictor_run / "latest.pt", Predictor)[0]
        self.transformer = load_average(Path(work) / transformer_run / "latest.pt", Transformer)[0]
        self.predictor.eval().to(memory_format=torch.channels_last)


def make_producer(rng, side, contents, styles, source, teacher):
    """Returns produce(n), which returns four tensors:

    - style views, uint8 [n,256,256,3];
    - crops, uint8 [n,side,side,3];
    - the teacher's bottlenecks [n,100];
    - the teacher's pictures, uint8.

    The n views are drawn from three times as many, and strong styles are kept more often.
    """
    predictor, transformer = teacher

    def produce(n):
        views = np.stack([augment.style_view(rng, contents, styles, SIZE) for _ in range(3 * n)])
        crops = np.stack([augment.draw_crop(rng, side, contents, styles)[0] for _ in range(n)])
        with torch.no_grad():
            z = predictor(data.to_tensor(views))
            kept = rng.choice(len(views), n, replace=False, p=source.weights(z))
            pictures = transformer(data.to_tensor(crops), z[kept])
        return torch.from_numpy(views[kept]), torch.from_numpy(crops), z[kept], data.to_bytes(pictures)

    return produce


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_arguments(parser, lr=5e-4, batch=4, default_sizes="0:256")
    parser.add_argument("--predictor-run", required=True, metavar="RUN", help="its average is fine-tuned")
    parser.add_argument("--transformer-run", required=True, metavar="RUN", help="likewise")
    parser.add_argument("--reuse", type=float, default=4, help="times each of the teacher's pictures is used")
    parser.add_argument("--compile", action="store_true", help="torch.compile for the transformers")
    args = parser.parse_args()
    start(args)
    teacher = load_networks(args.teacher)
    bank = torch.load(Path(args.work) / "bottlenecks.pt", weights_only=True)
    source, everything = StyleSource(bank), torch.cat(list(bank.values()))
    picture_loss = PictureLoss(teacher[0], source.unit)
    bottleneck_loss = BottleneckLoss(everything, teacher[1])
    pair = Pair(args.work, args.predictor_run, args.transformer_run)
    contents, styles = data.load_training(args.pictures)
    run, paint = [torch.compile(t) if args.compile else t for t in (pair.transformer, teacher[1])]

    stages = Stages(args, lambda side, rng: ReplayPool(
        make_producer(rng, side, contents, styles, source, (teacher[0], paint)), args.batch, args.reuse, rng))

    def losses(step):
        views, crops, z, expected = stages.draw(step)
        own = pair.predictor(data.to_tensor(views.numpy()))
        terms = picture_loss(run(data.to_tensor(crops.numpy()), own), data.to_tensor(expected.numpy()))
        error = bottleneck_loss(own, z)["loss"]
        return {**terms, "bottleneck": error, "loss": terms["loss"] + BOTTLENECK_WEIGHT * error}

    painted = train_transformer.make_validation(args.pictures, *teacher)
    predicted = train_predictor.make_validation(args.pictures, teacher[0], bottleneck_loss)

    def validate(model):
        return {**painted(model.transformer, model.predictor), **predicted(model.predictor)}

    optimiser = make_optimiser(args.optimiser, pair, args.lr, slow=list(pair.predictor.head.parameters()),
                               max_side=PRECONDITIONED_SIDE)
    Trainer(args, "pair", pair, optimiser, losses, validate, annealed=True).run()


if __name__ == "__main__":
    main()
