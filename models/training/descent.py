"""Finds, by descent, the style vector with which the network T paints like a picture.

T is the published 5-block network. T(c, b) is its painting of a photograph c with the vector b of
100 numbers. The descent looks for the b whose paintings look like the style and keep the
photographs, as `appearance.py` measures both. The loss is a sum of squares. So one curvature,
measured once at known vectors, preconditions the gradient for all pictures. Ten steps are enough,
four from a learnt start.
"""
from pathlib import Path

import torch

import data
from appearance import COLOUR_WEIGHT, TILE, Appearance
from known_vectors import Prior, load_known
from weights_file import load_networks, load_transformer

RECIPE = 1  # number of the method, to be raised with every change that alters results
PRIOR_WEIGHT = 0.003
RATE, MOMENTUM = 0.25, 0.6  # a rate of 0.5 would be Gauss-Newton's whole step
LONGEST_STEP = 2.5  # longest step, in deviations of the prior
SLACK = 1.03  # factor by which a loss may grow; beyond it, the step is undone and the painting's next steps are smaller
CURVATURE_VECTORS = 8


def autocast():
    """Returns a context in which T computes in bfloat16, which halves its time. Statistics and
    residuals stay in float32."""
    return torch.autocast("cpu", torch.bfloat16)


class Contents:
    """Holds the photographs to paint on, with the results that are the same for every vector."""

    def __init__(self, photographs, transformer, appearance):
        self.each = []
        for photograph in photographs:
            x = data.to_tensor([photograph])
            with torch.no_grad():
                self.each.append((transformer.contracted(x), appearance.content(x)))

    @staticmethod
    def choose(folder, count=2):
        """Returns the centres of training photographs with a shorter side of 256: uint8
        [TILE,TILE,3]."""
        paths = data.split(data.list_pictures(folder))[0]
        photographs = data.load(paths[2::len(paths) // count][:count], 256)
        middle = lambda p: ((p.shape[0] - TILE) // 2, (p.shape[1] - TILE) // 2)
        return [p[y:y + TILE, x:x + TILE] for p in photographs for y, x in [middle(p)]]


class Descent:
    def __init__(self, transformer, appearance, contents, curvature):
        self.transformer, self.appearance, self.contents = transformer, appearance, contents
        self.curvature = curvature

    def metric(self, prior):
        """Returns [100,100]: the loss's second-order model as a function of a vector's error in the
        prior's units."""
        return self.curvature + PRIOR_WEIGHT * prior.precision

    def residuals(self, vectors, styles, content):
        contracted, kept = content
        with autocast():
            x = contracted.expand(len(vectors), -1, -1, -1).contiguous(memory_format=torch.channels_last)
            return self.appearance.residuals(self.transformer.expanded(x, vectors), styles, kept)

    def losses(self, vectors, styles, contents):
        """Returns (style loss [n], content loss [n]) of each vector, averaged over the contents."""
        sums = 0, 0
        for content in contents:
            parts = self.residuals(vectors, styles, content)
            sums = [total + part.square().sum(1) for total, part in zip(sums, parts)]
        return [total / len(contents) for total in sums]

    def run(self, styles, start, prior, steps, only_content=None):
        """Descends from `start` [n,100]. Returns (vectors [n,100], losses {"style", "content",
        "prior"} [n] each).

        `only_content` is the index of the only content to use. With one content, vectors are hardly
        worse and take half the time.
        """
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
            worse = ~(loss <= best_loss * SLACK)[:, None]  # true also for NaN
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
    """Returns [100,100]: JᵀJ of the residuals in the prior's units, by differences at the known
    vectors of pictures."""
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


def prepare(args, colour_weight=COLOUR_WEIGHT, chroma=1.0, contents=2):
    """Returns (Descent, Prior, known vectors). The curvature is kept in WORK.

    `contents` is the number of photographs to paint on.
    """
    predictor, _ = load_networks(args.teacher)
    transformer = load_transformer(args.transformer)
    appearance = Appearance(predictor, colour_weight, chroma)
    contents = Contents(Contents.choose(Path(args.pictures) / "content", contents), transformer, appearance)
    known = load_known(args.known)
    prior = Prior.of(torch.stack([k.vector for k in known]))
    descent = Descent(transformer, appearance, contents, None)
    path = Path(args.work) / f"curvature-{RECIPE}.pt"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        torch.save(measure_curvature(descent, known, prior), path)
    descent.curvature = torch.load(path, weights_only=True)
    return descent, prior, known


def add_arguments(parser):
    parser.add_argument("--pictures", required=True, help="folder with content/ and style/")
    parser.add_argument("--teacher", required=True, help="the published mobile pair, by nst-weights convert")
    parser.add_argument("--transformer", required=True, help="the published 5-block network, likewise")
    parser.add_argument("--known", required=True, help="folder of vectors.json")
    parser.add_argument("--work", required=True, help="folder for the measured curvature")
    parser.add_argument("--threads", type=int, default=1)
