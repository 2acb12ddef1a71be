"""The training loop of both students: resumable, averaged, logged, and scheduled by steps alone.

A run has two phases. The long phase keeps the learning rate constant after a warm-up, so that it
can be resumed for ever. `--anneal N` branches from a checkpoint and brings the learning rate to
zero over N steps. The long run stays untouched, and the branch's average is a student to ship.
"""
import copy
import csv
import math
import os
import signal
import time
from pathlib import Path

import numpy as np
import torch

WARM_UP = 100
SAVE_EVERY = 250
VALIDATE_EVERY = 500
LOG_EVERY = 50


def sizes(text):
    """Parses "0:160,5000:256" into [(0, 160), (5000, 256)]."""
    return [tuple(int(n) for n in stage.split(":")) for stage in text.split(",")]


def add_arguments(parser, lr, batch, default_sizes):
    parser.add_argument("--pictures", required=True, help="folder with content/ and style/")
    parser.add_argument("--teacher", required=True, help="the published pair, by nst-weights convert")
    parser.add_argument("--work", required=True, help="folder of bottlenecks.pt, checkpoints and logs")
    parser.add_argument("--name", help="name of the run (default: the student's)")
    parser.add_argument("--steps", type=int, required=True, help="where the long run stops, or anneal's N")
    parser.add_argument("--anneal-from", metavar="RUN", help="branch from RUN's checkpoint, rate → 0")
    parser.add_argument("--fresh-optimiser", action="store_true", help="leave RUN's optimiser state behind")
    parser.add_argument("--start-from", metavar="MODEL", help="a new run goes on from this model file of ours")
    parser.add_argument("--optimiser", default="soap", choices=("adamw", "soap"))
    parser.add_argument("--lr", type=float, default=lr)
    parser.add_argument("--batch", type=int, default=batch)
    parser.add_argument("--sizes", type=sizes, default=sizes(default_sizes), metavar="STEP:SIDE,…",
                        help=f"side of the pictures from a step on (default: {default_sizes})")
    parser.add_argument("--threads", type=int, default=1, help="1: two runs share two cores best")
    parser.add_argument("--seed", type=int, default=0)


class Average:
    """Exponential moving average of the weights and the batch norms' statistics over about 1,000
    steps. At first it covers fewer steps, so that the start is forgotten."""

    def __init__(self, model):
        self.model = copy.deepcopy(model).eval().requires_grad_(False)

    @torch.no_grad()
    def update(self, model, step):
        keep = min(0.999, (step + 1) / (step + 10))
        for mine, theirs in zip(self.model.state_dict().values(), model.state_dict().values()):
            if mine.dtype.is_floating_point:
                mine.lerp_(theirs, 1 - keep)
            else:
                mine.copy_(theirs)


class Log:
    """Appends rows to a CSV file. The header is written once."""

    def __init__(self, path):
        self.path = Path(path)

    def write(self, row):
        new = not self.path.exists()
        with open(self.path, "a", newline="") as file:
            writer = csv.DictWriter(file, row)
            if new:
                writer.writeheader()
            writer.writerow({k: f"{v:.6g}" if isinstance(v, float) else v for k, v in row.items()})


class Trainer:
    """Trains a model.

    - `losses(step)` returns a dict with "loss" (a tensor to differentiate) and terms to log.
    - `validate(model)` returns a dict of figures.
    """

    def __init__(self, args, name, model, optimiser, losses, validate, annealed=False):
        self.annealed = annealed or bool(args.anneal_from)
        self.args, self.model, self.optimiser = args, model, optimiser
        self.losses, self.validate, self.average = losses, validate, Average(model)
        self.folder = Path(args.work) / (args.name or name)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.step, self.seconds, self.skipped, self.first, self.stopping = 0, 0.0, 0, 0, False
        own = self.folder / "latest.pt"
        if own.exists():
            self._load(own)
        elif args.anneal_from:
            self._load(Path(args.work) / args.anneal_from / "latest.pt", not args.fresh_optimiser)
            self.first = self.step
        self.last = self.first + args.steps

    def _load(self, path, with_optimiser=True):
        state = torch.load(path, weights_only=True)
        self.model.load_state_dict(state["model"])
        self.average.model.load_state_dict(state["average"])
        if with_optimiser:
            self.optimiser.load_state_dict(state["optimiser"])
        for key in ("step", "seconds", "skipped", "first"):
            setattr(self, key, state[key])
        print(f"{path}: resumed at step {self.step}", flush=True)

    def save(self):
        """Writes the checkpoint to a second file and renames it. An interruption leaves the
        previous checkpoint."""
        state = {"model": self.model.state_dict(), "average": self.average.model.state_dict(),
                 "optimiser": self.optimiser.state_dict(), "step": self.step,
                 "seconds": self.seconds, "skipped": self.skipped, "first": self.first}
        torch.save(state, self.folder / "latest.tmp")
        os.replace(self.folder / "latest.tmp", self.folder / "latest.pt")

    def rate(self):
        rate = self.args.lr * min(1.0, (self.step - self.first + 1) / WARM_UP)
        if self.annealed:
            rate *= max(0.0, 1 - (self.step - self.first) / self.args.steps)
        return rate

    def run(self):
        signal.signal(signal.SIGTERM, lambda *_: setattr(self, "stopping", True))
        training, validation = Log(self.folder / "training.csv"), Log(self.folder / "validation.csv")
        sums, started = {}, time.process_time()
        while self.step < self.last and not self.stopping:
            rate = self.rate()
            for group in self.optimiser.param_groups:
                group["lr"] = rate * group.get("ratio", 1.0)
            terms = self.losses(self.step)
            self.optimiser.zero_grad()
            terms["loss"].backward()
            norm = torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
            if torch.isfinite(norm):
                self.optimiser.step()
                self.average.update(self.model, self.step)
            else:
                self.skipped += 1
            for key, value in {**terms, "norm": norm}.items():
                sums.setdefault(key, []).append(float(torch.as_tensor(value).detach()))
            self.step += 1
            now = time.process_time()
            self.seconds, started = self.seconds + now - started, now
            if self.step % LOG_EVERY == 0:
                means = {k: float(np.mean(v)) for k, v in sums.items()}
                training.write({"step": self.step, "seconds": round(self.seconds), "rate": rate,
                                "skipped": self.skipped, **means})
                sums = {}
                if not math.isfinite(means["loss"]):
                    raise SystemExit(f"step {self.step}: the loss is not finite")
            if self.step % VALIDATE_EVERY == 0 or self.step == self.last:
                figures = self.validate(self.average.model)
                validation.write({"step": self.step, "seconds": round(self.seconds), **figures})
                print(self.step, {k: round(v, 4) for k, v in figures.items()}, flush=True)
            if self.step % SAVE_EVERY == 0:
                self.save()
        self.save()


class Stages:
    """Holds the pool of examples of the current size. A resumed run draws new pictures, because the
    step is part of the seed."""

    def __init__(self, args, make_pool):
        self.args, self.make_pool, self.side, self.pool = args, make_pool, None, None

    def draw(self, step):
        side = [s for first, s in self.args.sizes if first <= step][-1]
        if side != self.side:
            self.side, self.pool = side, None  # frees the old pool's memory before the new one is made
            self.pool = self.make_pool(side, np.random.default_rng([self.args.seed, step]))
        return self.pool.draw()


def start(args):
    """Sets the number of threads and the seed of the weights."""
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
