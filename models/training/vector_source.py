"""Style vectors for a painter's training, drawn on the device around those of `vector_bank.py`."""
import torch

MIXED, WEAKENED, NOISY = 0.2, 0.2, 0.3  # shares: of two styles; with the content's own; with noise
BEYOND = 0.4  # a mixture's weight may exceed 0 … 1 by this on one side
STRONGEST = 1.2
NOISE = 0.35  # largest, of the deviation
EVEN = 0.5  # weight of a style at the mean, beside its squared distance from it over the average

FARTHEST = 4.0  # beyond, distance counts no more


class VectorSource:
    def __init__(self, bank, device, generator):
        """`bank`: "content", "style": vectors of whole pictures, in the order the contents are numbered; "view"."""
        self.own = torch.cat([bank["content"], bank["style"]]).to(device)
        self.styles = torch.cat([bank["style"], bank["view"]]).to(device)
        self.unit = self.styles.std(0)
        distance = ((self.styles - self.styles.mean(0)) / self.unit).square().sum(1)
        chances = EVEN + (distance / distance.mean()).clamp_max(FARTHEST)
        self.cumulated = (chances.cumsum(0) / chances.sum()).float()
        self.device, self.generator = device, generator

    def _uniform(self, n):
        return torch.rand(n, 1, device=self.device, generator=self.generator)

    def _styles(self, n):
        place = torch.searchsorted(self.cumulated, self._uniform(n)[:, 0])
        return self.styles[place.clamp_max(len(self.styles) - 1)]

    def draw(self, contents):
        """[n,100] for the contents of these numbers [n]: styles, mixtures of two and a little beyond, the
        content's own vector with some of a style (strengths from 0), and noise like a predictor's error."""
        n = len(contents)
        z, kind = self._styles(n), self._uniform(n)
        mixed = z + (self._styles(n) - z) * (self._uniform(n) * (1 + BEYOND) - BEYOND)
        own = self.own[contents]
        weakened = own + (z - own) * self._uniform(n) * STRONGEST
        z = torch.where(kind < MIXED, mixed, torch.where(kind < MIXED + WEAKENED, weakened, z))
        noise = torch.randn(n, z.shape[1], device=self.device, generator=self.generator) * self.unit
        return z + noise * NOISE * self._uniform(n) * (self._uniform(n) < NOISY)
