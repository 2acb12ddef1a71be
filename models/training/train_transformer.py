"""Trains the transformer student: a transformer of α = 0.25 learns the teacher's pictures.

A training example is a crop, a bottleneck, and the teacher's picture of both. The bottlenecks are:

- those of paintings, textures and photographs in random views;
- mixtures of two of them, and points a little beyond;
- that of the crop's own photograph (strength 0), and mixtures with it (strengths between).

A third of them get a little noise, such as the predictor student's error. The loss compares pixels,
gradients, coarse means and 8×8 structure. It also compares the teacher predictor's features of both
pictures, and their sharpness: pixels alone average textures away.
"""
import argparse
from pathlib import Path

import numpy as np
import torch

import augment
import data
from losses import PictureLoss, laplacian_rms, psnr, ssim
from networks import Transformer
from optimisers import make_optimiser
from replay_pool import ReplayPool
from training_loop import Stages, Trainer, add_arguments, start
from weights_file import load_networks

CROP = 256
PAIRS = 62
PRECONDITIONED_SIDE = 768  # longer than all sides of the weights; the rotations cost 3 % of a step


class StyleSource:
    """Draws bottlenecks. `content` is the index of the photograph to paint, or None.

    A style's chance is the square of its distance from the mean. If all styles had equal chances,
    strong ones would be rare; the first runs painted those worst.
    """

    def __init__(self, bank):
        self.content, self.unit = bank["content"], bank["style"].std(0)
        self.style = torch.cat([bank["style"], bank["view"]])
        self.mean, self.spread = self.style.mean(0), self.style.std(0)
        self.chances = self.weights(self.style)

    def weights(self, bottlenecks):
        """Returns the chance of each of the `bottlenecks` [n,100]."""
        squares = ((bottlenecks - self.mean) / self.spread).square().sum(1).double().numpy()
        return squares / squares.sum()

    def style_bottleneck(self, rng):
        return self.style[int(rng.choice(len(self.style), p=self.chances))]

    def draw(self, rng, content):
        if rng.random() < 0.9:
            z = self.style_bottleneck(rng)
        else:
            z = self.content[int(rng.integers(len(self.content)))]
        kind = rng.random()
        if kind < 0.2:
            other = self.style_bottleneck(rng)
            z = z + (other - z) * rng.uniform(-0.4, 1)
        elif kind < 0.45 and content is not None:
            strength = 0.0 if kind < 0.28 else rng.random()
            z = self.content[content] + (z - self.content[content]) * strength
        if rng.random() < 0.3:
            noise = torch.from_numpy(rng.standard_normal(len(z), dtype=np.float32))
            z = z + noise * self.unit * (0.15 * rng.random())
        return z


def make_producer(rng, side, contents, styles, source, teacher):
    """Returns produce(n), which returns crops uint8 [n,side,side,3], bottlenecks [n,100] and the
    teacher's pictures uint8."""
    def produce(n):
        crops, indices = zip(*(augment.draw_crop(rng, side, contents, styles) for _ in range(n)))
        crops, bottlenecks = np.stack(crops), torch.stack([source.draw(rng, i) for i in indices])
        with torch.no_grad():
            pictures = teacher(data.to_tensor(crops), bottlenecks)
        return torch.from_numpy(crops), bottlenecks, data.to_bytes(pictures)

    return produce


def make_validation(pictures, predictor, teacher):
    """Returns validate(transformer), which paints held-out photographs in held-out styles, 256².

    validate(transformer) uses the teacher's bottlenecks, validate(transformer, predictor) the
    student's.
    """
    contents, styles = data.load_held_out(pictures)
    x = data.to_tensor([data.resize(contents[i % len(contents)], CROP) for i in range(PAIRS)])
    s = data.to_tensor([data.resize(styles[(i * 5 + 3) % len(styles)], CROP) for i in range(PAIRS)])
    with torch.no_grad():
        z = predictor(s)
        expected = torch.cat([teacher(x[i:i + 4], z[i:i + 4]) for i in range(0, PAIRS, 4)])

    def validate(model, student_predictor=None):
        with torch.no_grad():
            own = z if student_predictor is None else student_predictor(s)
            answer = torch.cat([model(x[i:i + 4], own[i:i + 4]) for i in range(0, PAIRS, 4)])
        sharpness = laplacian_rms(answer).mean(1) / laplacian_rms(expected).mean(1)
        return {"psnr": psnr(answer, expected).mean().item(), "ssim": ssim(answer, expected).mean().item(),
                "sharpness": sharpness.mean().item()}

    return validate


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_arguments(parser, lr=3e-3, batch=8, default_sizes="0:96,3000:128")
    parser.add_argument("--reuse", type=float, default=4, help="times each teacher's picture is used")
    parser.add_argument("--compile", action="store_true", help="torch.compile: 30 %% faster")
    parser.add_argument("--perceptual-from", type=int, default=3000, metavar="STEP",
                        help="where the costly term through the teacher's predictor starts")
    args = parser.parse_args()
    start(args)
    predictor, teacher = load_networks(args.teacher)
    source = StyleSource(torch.load(Path(args.work) / "bottlenecks.pt", weights_only=True))
    student = Transformer()
    if args.start_from:
        student.load_state_dict(load_networks(args.start_from)[1].state_dict())
    contents, styles = data.load_training(args.pictures)
    loss = PictureLoss(predictor, source.unit)
    run = torch.compile(student) if args.compile else student
    paint = torch.compile(teacher) if args.compile else teacher
    if not args.compile:
        student.to(memory_format=torch.channels_last)

    stages = Stages(args, lambda side, rng: ReplayPool(
        make_producer(rng, side, contents, styles, source, paint), args.batch, args.reuse, rng))

    def losses(step):
        crops, bottlenecks, expected = stages.draw(step)
        expected = data.to_tensor(expected.numpy())
        answer = run(data.to_tensor(crops.numpy()), bottlenecks)
        return loss(answer, expected, step >= args.perceptual_from)

    optimiser = make_optimiser(args.optimiser, student, args.lr, max_side=PRECONDITIONED_SIDE)
    Trainer(args, "transformer", student, optimiser, losses,
            make_validation(args.pictures, predictor, teacher)).run()


if __name__ == "__main__":
    main()
