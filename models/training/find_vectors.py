"""Finds pictures' style vectors in the space of the published 5-block network T.

    python find_vectors.py --pictures FOLDER --teacher teacher.safetensors --transformer t.safetensors \
      --known FOLDER --work FOLDER -o vectors/paintings.npy

`descent.py` describes the method. Results are added batch by batch, and a run that was stopped
continues when it is started again. `judge_vectors.py` compares found vectors with known ones.
"""
import argparse
import signal
import time

import numpy as np
import torch

from appearance import join_styles
from descent import RECIPE, add_arguments, prepare
from pictures import Pictures, is_fit
from vector_file import VectorFile
from warm_start import WarmStart, describe

STEPS = 10
WARM_STEPS = 6  # steps from a start learnt from earlier results
VIEW_STEPS = 4
REMEMBERED = 600  # number of earlier results from which a restarted run learns its starts


def work_list(pictures, rounds, seed):
    """Returns (index, view) in the order of the run.

    The first round has all paintings whole. The next has their view 1 and all photographs whole,
    and each later round has the next view of all pictures. Every round is in random order, so that
    an unfinished run is a fair sample.
    """
    items = []
    for n in range(rounds):
        of_round = [(i, n) for i in range(pictures.paintings)]
        of_round += [(i, n - 1) for i in range(pictures.paintings, len(pictures.paths)) if n]
        order = np.random.default_rng([seed, n]).permutation(len(of_round))
        items += [of_round[i] for i in order]
    return items


def batches(items, pictures, size):
    """Yields batches of at most `size` items. Whole paintings come in batches of their own, because
    `plan` treats them differently."""
    whole = [item for item in items if item[1] == 0 and item[0] < pictures.paintings]
    rest = [item for item in items if item[1] > 0 or item[0] >= pictures.paintings]
    for group in (whole, rest):
        yield from (group[at:at + size] for at in range(0, len(group), size))


def plan(item, pictures, warm, number):
    """Returns (number of steps, index of the only content or None). Whole paintings get more steps
    and contents than other views."""
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
