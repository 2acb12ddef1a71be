"""Draws examples for a predictor into T's space: pictures, and T's vectors of their style.

There are three sources:

- Found: views with the vectors that the descent found.
- Likened: views without a descent. Their vectors come from a regression from the mobile teacher's
  features to the found vectors.
- Exact: T's own paintings, with vectors drawn around the found ones and around known ones without a
  picture. The known vectors that judge the result are not used.
"""
import numpy as np
import torch

import augment
import data
from feature_bank import features
from known_vectors import Prior
from pictures import SIZE, is_fit
from warm_start import WarmStart

SHARES = {"found": 0.5, "likened": 0.25, "exact": 0.25}
PHOTOGRAPHS = 0.25  # share of the likened views
ANCHORED = 0.2  # share of the exact vectors that have a known vector at one end of their mixture
BEYOND = 0.4  # a mixture's weight may exceed 0 … 1 by this amount
NOISE = 0.6  # largest spread of the noise added to a mixture, over the spread of the found vectors


class Regression(WarmStart):
    """Predicts the vectors of pictures without a descent, from all features of the mobile teacher."""

    def __init__(self, prior, bank, items):
        super().__init__(prior)
        self.appearance = bank.appearance
        self.learn(torch.cat(bank.of([item for item, _ in items]), 1), torch.stack([v for _, v in items]))

    def of(self, pictures):
        return self.start(torch.stack([torch.cat(features(self.appearance, p)) for p in pictures]))


class Examples:
    """Makes examples: `produce(n)` returns (uint8 [n,SIZE,SIZE,3], vectors [n,100], whether to
    paint like the picture [n])."""

    def __init__(self, rng, pictures, items, regression, transformer, anchors):
        """`anchors` [n,100] are known vectors around which exact ones are drawn, besides the
        vectors of `items`."""
        self.rng, self.pictures, self.items, self.regression = rng, pictures, items, regression
        self.transformer, self.anchors = transformer, anchors
        self.vectors = torch.stack([v for _, v in items])
        self.prior = Prior.of(self.vectors)
        self.cache = {}
        self.training = [i for i in range(len(pictures.paths)) if not pictures.held_out(i)]
        self.generator = torch.Generator().manual_seed(int(rng.integers(2 ** 31)))

    def produce(self, n):
        counts = self.rng.multinomial(n, list(SHARES.values()))
        parts = [getattr(self, name)(int(count)) for name, count in zip(SHARES, counts) if count]
        return [torch.cat(column) for column in zip(*parts)]

    def found(self, n):
        chosen = [self.items[i] for i in self.rng.integers(len(self.items), size=n)]
        shown = []
        for item, _ in chosen:
            if item not in self.cache:
                self.cache[item] = self.pictures.view(*item)
            view = self.cache[item]
            shown.append(view[:, ::-1] if self.rng.random() < 0.5 else view)
        return torch.from_numpy(np.stack(shown)), torch.stack([v for _, v in chosen]), torch.ones(n, dtype=torch.bool)

    def _picture(self):
        photograph = self.rng.random() < PHOTOGRAPHS
        group = [i for i in self.training if (i >= self.pictures.paintings) == photograph]
        return data.load([self.pictures.paths[group[self.rng.integers(len(group))]]])[0]

    def likened(self, n):
        shown = []
        while len(shown) < n:
            picture = self._picture()
            view = augment.style_view(self.rng, [picture], [picture], SIZE)
            if is_fit(view):
                shown.append(view)
        return torch.from_numpy(np.stack(shown)), self.regression.of(shown), torch.ones(n, dtype=torch.bool)

    def _drawn(self):
        one = lambda group: group[self.rng.integers(len(group))]
        first = one(self.anchors if self.rng.random() < ANCHORED else self.vectors)
        mixed = first + (one(self.vectors) - first) * self.rng.uniform(-BEYOND, 1 + BEYOND)
        noise = self.prior.draw(1, self.generator)[0] - self.prior.mean
        return mixed + noise * self.rng.uniform(0, NOISE)

    @torch.no_grad()
    def exact(self, n):
        contents = []
        while len(contents) < n:
            group = [i for i in self.training if i >= self.pictures.paintings]
            photograph, = data.load([self.pictures.paths[group[self.rng.integers(len(group))]]])
            crop = augment.content_view(self.rng, photograph, SIZE)
            if crop is not None:
                contents.append(crop)
        vectors = torch.stack([self._drawn() for _ in range(n)])
        with torch.autocast("cpu", torch.bfloat16):
            painted = self.transformer(data.to_tensor(contents), vectors).float()
        return data.to_bytes(painted).contiguous(), vectors, torch.zeros(n, dtype=torch.bool)
