"""Draws style vectors for a painter's training, around the vectors of `vector_bank.py`.

The vectors are drawn on the device that trains.
"""
import torch

# Shares of mixtures of two styles, of mixtures with the content's own vector, of vectors with noise.
MIXED, WEAKENED, NOISY = 0.2, 0.2, 0.3
BEYOND = 0.4  # a mixture's weight may exceed 0 … 1 by this amount on one side
STRONGEST = 1.2
NOISE = 0.35  # largest noise, over the styles' deviation
EVEN = 0.5  # chance of a style at the mean; a term that grows with the squared distance from the
            # mean is added

FARTHEST = 4.0  # cap of the distance term


class VectorSource:
    def __init__(self, bank, device, generator, plain=0.0):
        """`bank` has "content" and "style", the vectors of whole pictures in the contents' order,
        and "view".

        With `plain` = 1 every vector is a style's and all styles are as likely; with 0 mixtures,
        noise and distant styles have their full shares."""
        self.own = torch.cat([bank["content"], bank["style"]]).to(device)
        self.styles = torch.cat([bank["style"], bank["view"]]).to(device)
        self.unit = self.styles.std(0)
        distance = ((self.styles - self.styles.mean(0)) / self.unit).square().sum(1)
        chances = EVEN + (distance / distance.mean()).clamp_max(FARTHEST)
        chances = torch.lerp(chances, chances.mean(), plain)
        self.cumulated = (chances.cumsum(0) / chances.sum()).float()
        self.mixed, self.weakened, self.noisy = [(1 - plain) * share for share in (MIXED, WEAKENED, NOISY)]
        self.device, self.generator = device, generator

    def _uniform(self, n):
        return torch.rand(n, 1, device=self.device, generator=self.generator)

    def _styles(self, n):
        place = torch.searchsorted(self.cumulated, self._uniform(n)[:, 0])
        return self.styles[place.clamp_max(len(self.styles) - 1)]

    def draw(self, contents):
        """Returns vectors [n,100] for the contents with these numbers [n].

        The vectors are styles, mixtures of two styles and a little beyond, and the content's own
        vector mixed with a style (strengths from 0). Some get noise like a predictor's error.
        """
        n = len(contents)
        z, kind = self._styles(n), self._uniform(n)
        mixed = z + (self._styles(n) - z) * (self._uniform(n) * (1 + BEYOND) - BEYOND)
        own = self.own[contents]
        weakened = own + (z - own) * self._uniform(n) * STRONGEST
        z = torch.where(kind < self.mixed, mixed, torch.where(kind < self.mixed + self.weakened, weakened, z))
        noise = torch.randn(n, z.shape[1], device=self.device, generator=self.generator) * self.unit
        return z + noise * NOISE * self._uniform(n) * (self._uniform(n) < self.noisy)
