"""Trains the predictor student: a MobileNetV2 of width 0.75 learns the teacher's bottlenecks.

The teacher is fully convolutional up to a global mean, so it also labels windows of a picture. The
first, longer part of a run uses windows. The loss is the sum of two squared errors, each in units
of its standard deviation: that of the bottleneck, and that of the style parameters (γ, β) which the
teacher's transformer makes of it. The second error weighs a direction of the bottleneck by its
effect on a picture.
"""
import argparse
from pathlib import Path

import numpy as np
import torch

import augment
import data
from losses import relative_rms
from networks import Predictor
from optimisers import make_optimiser
from replay_pool import ReplayPool
from training_loop import Stages, Trainer, add_arguments, start
from weights_file import load_average, load_networks, load_unfolded

LAST = 768
SIZE = 256
WINDOWS = 2  # windows of one view, if they are smaller: a view takes as long to make as a window to label


def make_student(width, bank):
    """Returns a student with random weights, except for the head's bias, which is the teacher's
    mean bottleneck.

    The head starts with small weights, near that mean. Larger weights would first have to be
    unlearnt.
    """
    student = Predictor(width, LAST)
    student.head.weight.data.mul_(0.1)
    student.head.bias.data.copy_(bank.mean(0))
    return student.to(memory_format=torch.channels_last)


class BottleneckLoss:
    def __init__(self, bank, transformer):
        self.unit = bank.std(0)
        self.transformer, self.origin = transformer, transformer.style_parameters(bank[:1] * 0)
        self.style_unit = transformer.style_parameters(bank).std(0)

    def __call__(self, student, teacher):
        error = student - teacher
        styled = (self.transformer.style_parameters(error) - self.origin) / self.style_unit
        terms = {"bottleneck": (error / self.unit).square().mean(), "style": styled.square().mean()}
        return {"loss": terms["bottleneck"] + terms["style"], **terms}


def make_validation(pictures, teacher, loss):
    """Returns validate(predictor), which computes errors on held-out paintings and photographs,
    256²."""
    held_out = [data.to_tensor([data.resize(p, SIZE) for p in kind]) for kind in data.load_held_out(pictures)]
    with torch.inference_mode():
        expected = [teacher(x) for x in held_out]

    def validate(model):
        with torch.inference_mode():
            answers = [model(x) for x in held_out]
        content, style = [relative_rms(a, e) for a, e in zip(answers, expected)]
        return {"style": style, "content": content,
                "parameters": loss(answers[1], expected[1])["style"].sqrt().item()}

    return validate


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_arguments(parser, lr=3e-3, batch=16, default_sizes="0:128,7000:256")
    parser.add_argument("--reuse", type=float, default=2, help="times each labelled picture is used")
    parser.add_argument("--width", type=float, default=0.75, help="multiplies MobileNetV2's channels (default: 0.75)")
    parser.add_argument("--widen-from", metavar="RUN",
                        help="a new run goes on from the average of a narrower one's checkpoint, rate → 0")
    args = parser.parse_args()
    start(args)
    teacher, transformer = load_networks(args.teacher)
    bank = torch.cat(list(torch.load(Path(args.work) / "bottlenecks.pt", weights_only=True).values()))
    student, loss = make_student(args.width, bank), BottleneckLoss(bank, transformer)
    contents, styles = data.load_training(args.pictures)

    if args.widen_from:
        student.widen_from(load_average(Path(args.work) / args.widen_from / "latest.pt", Predictor)[0])
    elif args.start_from:
        rng = np.random.default_rng(args.seed)
        views = np.stack([augment.style_view(rng, contents, styles, SIZE // 2) for _ in range(64)])
        load_unfolded(student, args.start_from, views)

    def make_pool(side, rng):
        def produce(n):
            windows = 1 if side == SIZE else WINDOWS
            views = [augment.style_view(rng, contents, styles, SIZE) for _ in range(-(-n // windows))]
            views = np.stack([augment.window(rng, views[i // windows], side) for i in range(n)])
            with torch.no_grad():
                return torch.from_numpy(views), teacher(data.to_tensor(views))

        return ReplayPool(produce, args.batch, args.reuse, rng)

    stages = Stages(args, make_pool)

    def losses(step):
        views, labels = stages.draw(step)
        student.train()
        return loss(student(data.to_tensor(views.numpy())), labels)

    optimiser = make_optimiser(args.optimiser, student, args.lr, slow=list(student.head.parameters()))
    Trainer(args, "predictor", student, optimiser, losses,
            make_validation(args.pictures, teacher, loss), annealed=bool(args.widen_from)).run()


if __name__ == "__main__":
    main()
