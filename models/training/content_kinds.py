"""Makes contents that photographs do not offer, out of parts of photographs, on the device.

The kinds are smooth fields, blurred parts, line drawings, night, and other colours.
"""
import math

import torch
import torch.nn.functional as F

SHARES = {"smooth": 0.12, "blurred": 0.06, "drawn": 0.05, "night": 0.05}  # the others are unchanged or recoloured
RECOLOURED = 0.4
LEAST_DEVIATION = 5 / 255  # least contrast: below it, the instance norms' gradients overflow
NOISE = 4 / 255
BLUR = 6  # largest blur in pixels


class ContentKinds:
    def __init__(self, device, generator):
        self.device, self.generator = device, generator

    def _uniform(self, *shape):
        return torch.rand(*shape, device=self.device, generator=self.generator)

    def _normal(self, *shape):
        return torch.randn(*shape, device=self.device, generator=self.generator)

    def varied(self, x):
        """Returns pictures [n,3,h,w] some of which are replaced by each of the other kinds. Flat
        pictures become smooth fields."""
        x, at = self.recoloured(x), 0
        for kind, share in SHARES.items():
            n = min(math.ceil(len(x) * share), len(x) - at)
            if n:  # replaced with a probability that makes the share exact on average
                other = getattr(self, kind)(x[at:at + n])
                x[at:at + n] = torch.where(self._uniform(n, 1, 1, 1) < len(x) * share / n, other, x[at:at + n])
            at += n
        x = x + self._normal(*x.shape) * NOISE * self._uniform(len(x), 1, 1, 1) * (self._uniform(len(x), 1, 1, 1) < 0.3)
        x = x.clamp(0, 1)
        flat = x.std((2, 3)).amax(1) < LEAST_DEVIATION
        return torch.where(flat[:, None, None, None], self.smooth(x), x)

    def recoloured(self, x):
        n = len(x)
        gamma = (0.35 * self._normal(n, 3, 1, 1) * self._uniform(n, 1, 1, 1)).exp()
        gain = 1 + 0.4 * (self._uniform(n, 1, 1, 1) - 0.5)
        changed = (x.clamp(0.002, 1) ** gamma * gain).clamp(0, 1)
        return torch.where(self._uniform(n, 1, 1, 1) < RECOLOURED, changed, x)

    def smooth(self, x):
        """Returns skies: gradients or a few soft hills of colour, with little grain or none."""
        n, _, height, width = x.shape
        knots = self._uniform(n, 1, 4, 4) + 0.3 * self._uniform(n, 3, 4, 4)
        corners = F.interpolate(knots[..., ::3, ::3], (4, 4), mode="bilinear", align_corners=True)
        knots = torch.where(self._uniform(n, 1, 1, 1) < 0.5, corners, knots)
        field = F.interpolate(knots, (height, width), mode="bicubic", align_corners=True)
        low, high = field.amin((2, 3), keepdim=True), field.amax((2, 3), keepdim=True)
        field = (field - low) / (high - low + 1e-3)
        span = 0.12 + 0.5 * self._uniform(n, 1, 1, 1)
        field = field * span + (1 - span) * self._uniform(n, 3, 1, 1)
        return field + self._normal(n, 3, height, width) * self._uniform(n, 1, 1, 1) * 2 / 255

    def blurred(self, x):
        small = F.avg_pool2d(x, BLUR, ceil_mode=True)
        return F.interpolate(small, x.shape[2:], mode="bicubic", align_corners=False)

    def drawn(self, x):
        """Returns dark outlines on a light ground."""
        grey = F.avg_pool2d(x.mean(1, keepdim=True), 3, 1, 1)
        around = F.avg_pool2d(grey, 9, 1, 4, count_include_pad=False)
        line = ((around - grey) * 12 - 0.2).clamp(0, 1)
        paper = 0.8 + 0.2 * self._uniform(len(x), 3, 1, 1)
        return paper * (1 - line)

    def night(self, x):
        return x ** (1.8 + 1.5 * self._uniform(len(x), 1, 1, 1))
