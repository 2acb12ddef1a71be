"""Predicts where a descent starts, from a picture's appearance.

The prediction is a ridge regression to the vectors found so far.
"""
import torch

from data import to_tensor

LEAST = 48  # results before the first fit; until then, descents start at the prior's mean
RIDGES = (10.0, 30.0, 100.0, 300.0, 1000.0)


@torch.no_grad()
def describe(appearance, style, picture):
    """Returns [D]: means and logarithms of deviations of every map, and the mobile teacher's
    bottleneck."""
    parts = [torch.cat([s.mean[0], s.deviation[0].log()]) for s in style]
    return torch.cat(parts + [appearance.predictor(to_tensor([picture]))[0]])


def ridge(inputs, outputs, weight):
    return torch.linalg.solve(inputs.T @ inputs + weight * torch.eye(inputs.shape[1]), inputs.T @ outputs)


class WarmStart:
    def __init__(self, prior):
        self.prior, self.inputs, self.outputs, self.fitted = prior, [], [], None

    @property
    def ready(self):
        return self.fitted is not None

    def learn(self, described, vectors):
        """Adds results [n,D], [n,100]. Fits anew when there are a tenth more results than at the
        last fit."""
        self.inputs.extend(described)
        self.outputs.extend((vectors - self.prior.mean) / self.prior.unit)
        if len(self.inputs) >= max(LEAST, 1.1 * (self.fitted[-1] if self.fitted else 0)):
            self._fit(torch.stack(self.inputs), torch.stack(self.outputs))

    def _fit(self, inputs, outputs):
        """Fits the regression. The ridge's weight is the one with the smallest error on every fifth
        result."""
        mean, unit = inputs.mean(0), inputs.std(0) + 1e-3
        inputs, offset = (inputs - mean) / unit, outputs.mean(0)
        held = torch.arange(len(inputs)) % 5 == 0
        miss = lambda w: (inputs[held] @ ridge(inputs[~held], outputs[~held] - offset, w)
                          + offset - outputs[held]).square().mean()
        weight = min(RIDGES, key=miss)
        self.fitted = mean, unit, ridge(inputs, outputs - offset, weight), offset, len(inputs)

    def start(self, described):
        """Returns the start vectors [n,100] for described pictures [n,D]."""
        if not self.fitted:
            return self.prior.mean.expand(len(described), -1).clone()
        mean, unit, weights, offset, _ = self.fitted
        return self.prior.mean + (((described - mean) / unit) @ weights + offset) * self.prior.unit
