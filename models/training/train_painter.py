"""Trains a small transformer to paint steadily and like the published 5-block network T.

A GPU takes minutes, a CPU longer.

    python train_painter.py --pictures FOLDER --teacher teacher.safetensors --transformer t.safetensors \
      --work FOLDER --seconds 560 --device cuda --compile

The student takes T's style vectors, so that any predictor into T's space serves both. WORK holds
`vector_bank.py`'s vectors and receives checkpoints and logs.

Half of T's paintings are of the picture moved by one to three pixels, and are moved back. The
student cannot know the grid, so it learns what all grids share. A second loss makes the paintings
of a picture and of the moved picture alike. The weight of this loss rises until they differ by
`--steady` times as much as T's two paintings do.
"""
import argparse
from pathlib import Path

import numpy as np
import torch

import data
from content_kinds import ContentKinds
from device_pictures import DevicePictures
from engine_transformer import EngineTransformer
from losses import WEIGHTS, laplacian_rms, perceptual, picture_losses, psnr, ssim, texture
from networks import Transformer
from optimisers import make_optimiser
from recorded_step import RecordedStep
from steadiness import GRID, mesh, moved, overlap, soft_distance, window
from timed_loop import TimedRun
from train_transformer import PRECONDITIONED_SIDE
from vector_source import VectorSource
from weights_file import load_average, load_networks, load_transformer

CHANNELS = (12, 32, 64)  # 2.3 times the time of (8, 16, 32) at 1024²
PHOTOGRAPHS = 0.75  # share of the contents; the others are parts of paintings
ALIGNED = 0.5  # default share of the steps that compare with T on the same grid
PAIRED = 3  # every third crop is painted twice, moved by a few pixels
STEADY = 0.30  # default goal: difference of the student's two paintings over the difference of T's two
MEASURE_EVERY, MEASURED = 10, 8  # interval in steps, and number of crops
FOLLOW = 0.2  # change of the steadiness's weight at a measurement that is off by its own size
SHARPNESS, MESH, TEXTURE = 2.0, 20.0, 0.0  # default weights; the other terms have the weights in losses.py
SEEN_BLOCKS, SEEN_SHARE = 6, 2  # blocks of the predictor; every second crop
UNCOMPILED = 0.25  # share of the pixels in steps of sides that are not compiled (compiling takes a minute)
EAGER = ("early",)  # compiling it takes longer than it saves in ten minutes
STAGES = ((0.0, {128: 0.15, 256: 0.85}), (0.15, {256: 0.88, 128: 0.08, 64: 0.04}),
          (0.5, {256: 0.84, 512: 0.08, 1024: 0.02, 128: 0.04, 64: 0.02}))  # (progress, shares of the crops' sides)


def load_bank(work):
    bank = torch.load(Path(work) / "vectors.pt", weights_only=True)
    return {name: vectors.float() for name, vectors in bank.items()}


def stage_sides(progress, largest):
    """Returns the sides of the crops at this progress, none larger than `largest`, and their
    shares."""
    sides = {}
    for side, share in [shares for start, shares in STAGES if start <= progress][-1].items():
        sides[min(side, largest)] = sides.get(min(side, largest), 0) + share
    return list(sides), np.array(list(sides.values())) / sum(sides.values())


class Painting:
    """Draws inputs on the device, paints them and computes the losses' gradients."""

    def __init__(self, args, student, teacher, predictor, device):
        self.args, self.device, self.student, self.teacher = args, device, student, teacher
        self.rng, self.generator = np.random.default_rng(args.seed), torch.Generator(device).manual_seed(args.seed)
        paths = [data.split(data.list_pictures(Path(args.pictures) / kind))[0] for kind in ("content", "style")]
        self.photographs = len(paths[0])
        self.pictures = DevicePictures(paths[0] + paths[1], device)
        self.source = VectorSource(load_bank(args.work), device, self.generator, args.plain)
        self.kinds = ContentKinds(device, self.generator)
        self.parts = {"student": student, "teacher": teacher, "early": predictor.early, "compared": picture_losses}
        self.compiled = self.parts
        if args.compile:
            self.compiled = {name: part if name in EAGER else torch.compile(part, dynamic=False)
                             for name, part in self.parts.items()}
        self.weights = {**WEIGHTS, "ssim": args.ssim, "laplacian": args.sharpness, "mesh": args.mesh,
                        "texture": args.texture}
        self.steady_weight = torch.tensor(args.steady_weight, device=device)
        self.ratio = torch.tensor(1.0, device=device)
        self.recorded, self.step = {}, 0

    def low(self, dtype):
        """Returns a context with low-precision convolutions on a GPU, where no gradient needs more."""
        return torch.autocast(self.device.type, dtype, enabled=self.device.type == "cuda", cache_enabled=False)

    def draw(self, side):
        """Returns one step's inputs: the contents in both positions, the vectors, and the places
        where the paintings overlap."""
        n = max(1, int(self.args.pixels * (1 if side == self.args.compiled_side else UNCOMPILED)) // side ** 2)
        uniform = lambda: torch.rand(n, device=self.device, generator=self.generator)
        place = uniform()
        index = torch.where(uniform() < PHOTOGRAPHS, place * self.photographs,
                            self.photographs + place * (self.pictures.count - self.photographs)).long()
        crops = self.kinds.varied(self.pictures.parts(index, side + GRID, self.generator))
        offset = np.array(divmod(int(self.rng.integers(1, GRID * GRID)), GRID))
        aligned = self.rng.random() < self.args.aligned
        corner = self.rng.integers(0, 2, 2) * GRID  # a corner at either border, so that both are
                                                    # compared
        places = [offset, corner if aligned else offset, corner if aligned else 0 * corner]
        return {"still": moved(crops, (0, 0), side), "shifted": moved(crops, offset, side),
                "taught": moved(crops, (0, 0) if aligned else offset, side), "vectors": self.source.draw(index),
                "places": torch.from_numpy(np.stack(places)).to(self.device, non_blocking=True)}

    def gradients(self, progress):
        sides, shares = stage_sides(progress, self.args.largest_side)
        side = sides[self.rng.choice(len(sides), p=shares)] if self.step else sides[0]
        inputs = {**self.draw(side), "steady_weight": self.steady_weight}
        if self.device.type != "cuda":
            self.student.zero_grad()
            terms = self.differentiate(**inputs)
        else:
            if side not in self.recorded:
                self.recorded[side] = RecordedStep(self.differentiate, self.student.parameters(), inputs)
            terms = self.recorded[side](**inputs)
        if self.step % MEASURE_EVERY == 0:
            self._weigh(inputs)
        self.step += 1
        return {**terms, "steady_ratio": self.ratio, "steady_weight": self.steady_weight}

    def differentiate(self, still, shifted, taught, vectors, places, steady_weight):
        """Leaves the gradients in the student. Every size is fixed, and nothing is fetched from the
        device."""
        side, paired = still.shape[2] - GRID, max(1, len(still) // PAIRED)
        parts = self.compiled if still.shape[2] == self.args.compiled_side else self.parts
        with torch.no_grad(), self.low(torch.float16):  # bfloat16 is too coarse: 17 dB from float32 on some pictures
            expected = parts["teacher"](taught, vectors).float()
        answers = parts["student"](torch.cat([still, shifted[:paired]]), torch.cat([vectors, vectors[:paired]]))
        first, second = answers[:len(still)], answers[len(still):]
        compared = window(first, places[1], side), window(expected, places[2], side)
        terms = dict(parts["compared"](*compared))
        seen = slice(0, -(-len(still) // SEEN_SHARE))
        with self.low(torch.bfloat16):
            with torch.no_grad():
                wanted = parts["early"](compared[1][seen], SEEN_BLOCKS)
            given = parts["early"](compared[0][seen], SEEN_BLOCKS)
        given, wanted = [[f.float() for f in features] for features in (given, wanted)]
        terms["perceptual"] = perceptual(given, wanted)
        if self.args.texture:
            terms["texture"] = texture([compared[0][seen], *given], [compared[1][seen], *wanted])
        terms["mesh"] = mesh(first)
        loss = sum(self.weights[name] * value for name, value in terms.items())
        terms["steady"] = soft_distance(window(first[:paired], places[0], side), second[..., :side, :side])
        loss = loss + steady_weight * terms["steady"]
        loss.backward()
        return {"loss": loss.detach(), **{name: value.detach() for name, value in terms.items()}}

    @torch.no_grad()
    def _weigh(self, inputs):
        """Moves the steadiness's weight towards its goal, by comparing with T's two paintings of a
        few crops."""
        few, side = slice(0, MEASURED), inputs["still"].shape[2] - GRID
        apart = []
        for network in (self.student, self.teacher):
            still, shifted = [network(inputs[name][few], inputs["vectors"][few]) for name in ("still", "shifted")]
            apart.append((window(still, inputs["places"][0], side) - shifted[..., :side, :side]).abs().mean())
        self.ratio = apart[0] / (apart[1] + 1e-4)
        change = FOLLOW * (self.ratio / self.args.steady - 1).clamp(-1, 1)
        self.steady_weight = (self.steady_weight * change.exp()).clamp(0.3, 30).nan_to_num(2.0)


def make_validation(args, teacher, bank, device):
    """Returns validate(student), which paints held-out photographs in held-out styles, 256², in
    float32."""
    side, pairs = 256, args.pairs
    contents, styles = data.load_held_out(args.pictures, 512)
    x = data.to_tensor([data.resize(contents[i % len(contents)], side + GRID) for i in range(pairs)]).to(device)
    z = torch.stack([bank["held_out_style"][(i * 5 + 3) % len(styles)] for i in range(pairs)]).to(device)
    offset = (2, 3)
    groups = [(moved(part, (0, 0), side), moved(part, offset, side), v)
              for part, v in zip(x.split(4), z.split(4))]

    def both(network):
        with torch.no_grad():
            pairs = [[network(p, v) for p in (still, shifted)] for still, shifted, v in groups]
        return [torch.cat(parts) for parts in zip(*pairs)]

    expected = both(teacher)
    apart = lambda pair: torch.sub(*overlap(*pair, offset)).abs().mean().item()

    def validate(student):
        answer = both(student)
        sharpness = laplacian_rms(answer[0]).mean(1) / laplacian_rms(expected[0]).mean(1)
        return {"psnr": psnr(answer[0], expected[0]).mean().item(), "ssim": ssim(answer[0], expected[0]).mean().item(),
                "sharpness": sharpness.mean().item(), "flicker": apart(answer) / apart(expected),
                "mesh": (mesh(answer[0]) / mesh(expected[0])).item()}

    return validate


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", required=True, help="folder with content/ and style/")
    parser.add_argument("--teacher", required=True, help="the published mobile pair, whose predictor compares")
    parser.add_argument("--transformer", required=True, help="the published 5-block network, by nst-weights convert")
    parser.add_argument("--work", required=True, help="folder of vectors.pt, checkpoints and logs")
    parser.add_argument("--name", default="painter", help="name of the run")
    parser.add_argument("--seconds", type=float, required=True, help="of wall time; the rate ends at zero")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--engine", metavar="LIBNST", help="shared library of NST, which computes T faster on a CPU")
    parser.add_argument("--start-from", metavar="CHECKPOINT", help="or model file: go on from its weights")
    parser.add_argument("--channels", default=",".join(map(str, CHANNELS)))
    parser.add_argument("--compiled-side", type=int, default=256, help="of most crops")
    parser.add_argument("--pixels", type=int, default=48 * 256 ** 2, help="of a step's crops of that side")
    parser.add_argument("--largest-side", type=int, default=1024, help="of a crop")
    parser.add_argument("--lr", type=float, default=3e-3)
    parser.add_argument("--steady", type=float, default=STEADY, help="smaller is steadier and softer")
    parser.add_argument("--steady-weight", type=float, default=2.0, help="weight of the steadiness's term at first")
    parser.add_argument("--aligned", type=float, default=ALIGNED, help="share of the steps on T's own grid")
    parser.add_argument("--ssim", type=float, default=WEIGHTS["ssim"], help="weight of 1 - SSIM")
    parser.add_argument("--sharpness", type=float, default=SHARPNESS, help="weight of the Laplacian's term")
    parser.add_argument("--mesh", type=float, default=MESH, help="weight of the flat 4×4 tile's term")
    parser.add_argument("--texture", type=float, default=TEXTURE, help="weight of the Gram matrices' term")
    parser.add_argument("--plain", type=float, default=0.0,
                        help="from 0 to 1: fewer mixtures of styles, less noise, fewer distant styles")
    parser.add_argument("--constant", type=float, default=0.45, help="share of the run at the full rate")
    parser.add_argument("--warm-up", type=int, default=200, help="steps over which the rate rises")
    parser.add_argument("--optimiser", default="soap", choices=("adamw", "soap"))
    parser.add_argument("--compile", action="store_true", help="on a GPU four times as fast")
    parser.add_argument("--benchmark", action="store_true", help="cuDNN chooses by trial: slow to start")
    parser.add_argument("--pairs", type=int, default=24, help="of the validation")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def main():
    args = parse()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    torch.backends.cudnn.benchmark = args.benchmark
    device = torch.device(args.device)
    place = lambda network: network.to(device, memory_format=torch.channels_last)
    predictor = place(load_networks(args.teacher)[0])
    if args.engine:
        teacher = EngineTransformer(args.engine, args.transformer, args.threads)
    else:
        teacher = place(load_transformer(args.transformer))
    student = Transformer(tuple(int(c) for c in args.channels.split(",")))
    if args.start_from:
        student.load_state_dict(load_average(args.start_from, Transformer)[0].state_dict())
    student = place(student)
    painting = Painting(args, student, teacher, predictor, device)
    bank = load_bank(args.work)
    optimiser = make_optimiser(args.optimiser, student, args.lr, max_side=PRECONDITIONED_SIDE)
    TimedRun(student, optimiser, painting.gradients, make_validation(args, teacher, bank, device),
             Path(args.work) / args.name, args.seconds, args.lr, args.constant, args.warm_up).run()


if __name__ == "__main__":
    main()
