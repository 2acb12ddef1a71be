"""Finds the style vectors of paintings in the space of the published 5-block network T, by descent through it.

    python find_vectors.py --pictures FOLDER --teacher teacher.safetensors --transformer t.safetensors \
      --known FOLDER --work FOLDER -o vectors/paintings.npy

For every painting s, the 100 numbers b with which T(c, b) looks like s on two photographs c and keeps
them: `appearance.py` says what that means, Gauss-Newton's step with one curvature for all (measured once, at
known vectors) makes ten steps enough. Results are added batch by batch; a run started again goes on.
`judge_vectors.py` finds those of pictures whose vectors are known, and compares.
"""
import argparse
import signal
import time
from pathlib import Path

import numpy as np
import torch

import augment
import data
from appearance import TILE, Appearance, join_styles
from known_vectors import Prior, load_known
from vector_file import VectorFile
from warm_start import WarmStart, describe
from weights_file import load_networks, load_transformer

SIZE = 256  # of the views
VIEW_SEED = 5
LEAST_CONTRAST = 5  # levels
RECIPE = 1  # of the results; a file holds one recipe's
PRIOR_WEIGHT = 0.003
STEPS = 10
REMEMBERED = 600  # earlier results a run started again learns its starts from
VIEW_STEPS = 4
WARM_STEPS = 6  # from a start learnt from earlier results
RATE, MOMENTUM = 0.25, 0.6  # 0.5 would be Gauss-Newton's whole step
LONGEST_STEP = 2.5  # in deviations of the prior
SLACK = 1.03  # a loss may grow by this; beyond, the step is taken back and the painting's trust falls
CURVATURE_VECTORS = 8


def autocast():
    """bfloat16 halves the time of T; statistics and residuals are computed in float32."""
    return torch.autocast("cpu", torch.bfloat16)


class Contents:
    """Photographs painted on, and what of them costs the same for every vector."""

    def __init__(self, photographs, transformer, appearance):
        self.each = []
        for photograph in photographs:
            x = data.to_tensor([photograph])
            with torch.no_grad():
                self.each.append((transformer.contracted(x), appearance.content(x)))

    @staticmethod
    def choose(folder, count=2):
        """Centres of training photographs with a shorter side of 256: uint8 [TILE,TILE,3]."""
        paths = data.split(data.list_pictures(folder))[0]
        photographs = data.load(paths[2::len(paths) // count][:count], 256)
        middle = lambda p: ((p.shape[0] - TILE) // 2, (p.shape[1] - TILE) // 2)
        return [p[y:y + TILE, x:x + TILE] for p in photographs for y, x in [middle(p)]]


class Descent:
    def __init__(self, transformer, appearance, contents, curvature):
        self.transformer, self.appearance, self.contents = transformer, appearance, contents
        self.curvature = curvature

    def metric(self, prior):
        """[100,100]: the loss's second-order model, of an error in the prior's units: what an error costs."""
        return self.curvature + PRIOR_WEIGHT * prior.precision

    def residuals(self, vectors, styles, content):
        contracted, kept = content
        with autocast():
            x = contracted.expand(len(vectors), -1, -1, -1).contiguous(memory_format=torch.channels_last)
            return self.appearance.residuals(self.transformer.expanded(x, vectors), styles, kept)

    def losses(self, vectors, styles, contents):
        """Style's and content's loss of each vector, averaged over the contents: [n], [n]."""
        sums = 0, 0
        for content in contents:
            parts = self.residuals(vectors, styles, content)
            sums = [total + part.square().sum(1) for total, part in zip(sums, parts)]
        return [total / len(contents) for total in sums]

    def run(self, styles, start, prior, steps, only_content=None):
        """(vectors [n,100], {"style", "content", "prior": [n]}) from `start` [n,100]; `only_content` counts in
        the contents: on one alone, vectors are hardly worse at half the time."""
        contents = self.contents.each if only_content is None else [self.contents.each[only_content]]
        inverse = torch.linalg.inv(self.metric(prior))
        vectors, velocity = start.clone(), torch.zeros_like(start)
        best, best_loss, best_terms = start.clone(), torch.full((len(start),), float("inf")), None
        trust = torch.ones(len(start), 1)
        for step in range(steps + 1):
            vectors.requires_grad_()
            style, content = self.losses(vectors, styles, contents)
            terms = torch.stack([style, content, PRIOR_WEIGHT * prior.penalty(vectors)], 1)
            loss = terms.sum(1)
            gradient, = torch.autograd.grad(loss.sum(), vectors)
            vectors, loss, terms = vectors.detach(), loss.detach(), terms.detach()
            worse = ~(loss <= best_loss * SLACK)[:, None]  # NaN is worse, too
            better = (loss < best_loss)[:, None]
            best_terms = terms if best_terms is None else torch.where(better, terms, best_terms)
            moved = -(gradient * prior.unit) @ inverse * RATE * trust
            moved = moved * (LONGEST_STEP / moved.norm(dim=1, keepdim=True)).clamp_max(1)
            trust = torch.where(worse, 0.4 * trust, (1.15 * trust).clamp_max(1))
            velocity = torch.where(worse, torch.zeros(()), MOMENTUM * velocity + moved)
            back = torch.where(torch.isfinite(vectors), best + 0.3 * (vectors - best), best)
            best, best_loss = torch.where(better, vectors, best), torch.where(better[:, 0], loss, best_loss)
            vectors = torch.where(worse, back, vectors + velocity * prior.unit)
        return best, dict(zip(("style", "content", "prior"), best_terms.T))


@torch.no_grad()
def measure_curvature(descent, known, prior, width=0.05, batch=10):
    """[100,100]: JᵀJ of the residuals by differences, in the prior's units, over pictures at their known vectors."""
    total, used = 0, [k for k in known if k.picture is not None][::3][:CURVATURE_VECTORS]
    for i, k in enumerate(used):
        style, content = descent.appearance.style(k.picture), descent.contents.each[i % len(descent.contents.each)]
        moved = k.vector + torch.cat([torch.zeros(1, 100), torch.diag(prior.unit * width)])
        rows = []
        for part in moved.split(batch):
            contracted, kept = content
            painted = descent.transformer.expanded(contracted.expand(len(part), -1, -1, -1), part)
            rows.append(torch.cat(descent.appearance.residuals(painted, style, kept), 1))
        rows = torch.cat(rows)
        change = (rows[1:] - rows[:1]) / width
        total = total + change @ change.T / len(used)
    return total


def prepare(args):
    """(Descent, Prior, known vectors); the curvature is kept in WORK."""
    predictor, _ = load_networks(args.teacher)
    transformer = load_transformer(args.transformer)
    appearance = Appearance(predictor)
    contents = Contents(Contents.choose(Path(args.pictures) / "content"), transformer, appearance)
    known = load_known(args.known)
    prior = Prior.of(torch.stack([k.vector for k in known]))
    descent = Descent(transformer, appearance, contents, None)
    path = Path(args.work) / f"curvature-{RECIPE}.pt"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        torch.save(measure_curvature(descent, known, prior), path)
    descent.curvature = torch.load(path, weights_only=True)
    return descent, prior, known


class Pictures:
    """Both lists as one: paintings first, photographs after them. T's space holds vectors of photographs too:
    a strength below 1 mixes in the content's own."""

    def __init__(self, folder):
        lists = [data.list_pictures(Path(folder) / kind) for kind in ("style", "content")]
        self.paths, self.paintings = lists[0] + lists[1], len(lists[0])

    def held_out(self, index):
        return (index if index < self.paintings else index - self.paintings) % data.HOLD_OUT_EVERY == 0

    def view(self, index, view):
        """uint8 [SIZE,SIZE,3]: view 0 is the whole picture, its aspect ratio lost, view 1 a part of it in
        other colours, the others may be strange; all the same for ever."""
        picture, = data.load([self.paths[index]])
        if view == 0:
            return data.resize(picture, SIZE)
        rng = np.random.default_rng([VIEW_SEED, index, view])
        if view == 1:
            return augment.plain_view(rng, picture, SIZE)
        return augment.style_view(rng, [picture], [picture], SIZE)


def is_fit(picture):
    """Not one flat colour: one of our paintings is black, and so are some views."""
    return picture[::4, ::4].std(axis=(0, 1)).max() >= LEAST_CONTRAST


def work_list(pictures, rounds, seed):
    """(index, view) in the order of the run: all paintings whole; then their view 1 and all photographs whole;
    then the next view of each … , every round in a random order, so that an unfinished run is a fair sample."""
    items = []
    for n in range(rounds):
        of_round = [(i, n) for i in range(pictures.paintings)]
        of_round += [(i, n - 1) for i in range(pictures.paintings, len(pictures.paths)) if n]
        order = np.random.default_rng([seed, n]).permutation(len(of_round))
        items += [of_round[i] for i in order]
    return items


def batches(items, pictures, size):
    """Of at most `size` items: whole paintings alone, as `plan` has it, and the rest as it comes."""
    whole = [item for item in items if item[1] == 0 and item[0] < pictures.paintings]
    rest = [item for item in items if item[1] > 0 or item[0] >= pictures.paintings]
    for group in (whole, rest):
        yield from (group[at:at + size] for at in range(0, len(group), size))


def plan(item, pictures, warm, number):
    """(steps, the only content or None): whole paintings get more of both than what only varies them."""
    if not warm:
        return STEPS, None
    whole = item[1] == 0 and item[0] < pictures.paintings
    return (WARM_STEPS, None) if whole else (VIEW_STEPS, number % 2)


def run(args):
    stopping = []
    signal.signal(signal.SIGTERM, lambda *_: stopping.append(True))
    descent, prior, _ = prepare(args)
    pictures, file, warm = Pictures(args.pictures), VectorFile(args.output, RECIPE), WarmStart(prior)
    appearance, done = descent.appearance, file.done()
    todo = [item for item in work_list(pictures, args.rounds, args.seed) if item not in done]
    for item in list(done)[-REMEMBERED:]:
        picture = pictures.view(*item)
        warm.learn(describe(appearance, appearance.style(picture), picture)[None], done[item][None])
    started, processor, count = time.time(), time.process_time(), 0
    for number, batch in enumerate(batches(todo, pictures, args.batch)):
        if stopping:
            break
        shown = {item: pictures.view(*item) for item in batch}
        shown = {item: picture for item, picture in shown.items() if is_fit(picture)}
        if not shown:
            continue
        styles = [appearance.style(picture) for picture in shown.values()]
        described = torch.stack([describe(appearance, s, p) for s, p in zip(styles, shown.values())])
        start = warm.start(described)
        vectors, losses = descent.run(join_styles(styles), start, prior,
                                      *plan(batch[0], pictures, warm.ready, number))
        file.add(list(shown), vectors, losses)
        warm.learn(described, vectors)
        count += len(shown)
        print(f"{len(done) + count} vectors, {(time.process_time() - processor) / count:.2f} s of processor "
              f"time each, {(time.time() - started) / count:.2f} s, "
              + ", ".join(f"{name} {values.mean():.3f}" for name, values in losses.items())
              + f", start off by {((start - vectors) / prior.unit).square().mean().sqrt():.3f}", flush=True)


def add_arguments(parser):
    parser.add_argument("--pictures", required=True, help="folder with content/ and style/")
    parser.add_argument("--teacher", required=True, help="the published mobile pair, by nst-weights convert")
    parser.add_argument("--transformer", required=True, help="the published 5-block network, likewise")
    parser.add_argument("--known", required=True, help="folder of vectors.json")
    parser.add_argument("--work", required=True, help="folder for the measured curvature")
    parser.add_argument("--threads", type=int, default=1)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_arguments(parser)
    parser.add_argument("-o", "--output", required=True, help="file of results; it grows")
    parser.add_argument("--rounds", type=int, default=4, help="views of every painting")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--seed", type=int, default=0, help="of the order")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    run(args)


if __name__ == "__main__":
    main()
