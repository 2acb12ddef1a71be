"""Measures how a painting looks: statistics that a style and its paintings should share.

The statistics are of a fixed network: the published mobile pair's predictor, which was trained for
styles. Its early linear projections tell true paintings from false ones better than MobileNetV1's
ImageNet features do (README).
"""
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F

from data import to_tensor

STYLE_BLOCKS = (1, 3, 6, 10, 13)  # outputs after 1, 3, … inverted residual blocks: strides 2, 4, 8, 16, 16
CONTENT_BLOCKS = (6, 13)
STYLE_WEIGHT = 1 / len(STYLE_BLOCKS)  # weight of each of a map's means, deviations and Gram matrix
COLOUR_WEIGHT = 0.05  # default weight for the statistics of the pixels, and for those of their 4×4 means
CONTENT_WEIGHT = 0.25
TILE = 128  # side of the squares in which a style is measured, and of the contents painted on


@dataclass
class Statistics:
    """The statistics of one map of n pictures: means [n,C], deviations [n,C], Gram matrices over
    positions [n,C,C]."""
    mean: torch.Tensor
    deviation: torch.Tensor
    gram: torch.Tensor

    @classmethod
    def of(cls, features):
        rows = features.float().permute(0, 2, 3, 1).flatten(1, 2)
        return cls.from_moments(rows.mean(1), rows.transpose(1, 2) @ rows / rows.shape[1])

    @classmethod
    def from_moments(cls, mean, gram):
        variance = torch.diagonal(gram, 0, 1, 2) - mean.square()
        return cls(mean, variance.clamp_min(1e-8).sqrt(), gram)

    @classmethod
    def join(cls, statistics):
        return cls(*(torch.cat(parts) for parts in zip(*((s.mean, s.deviation, s.gram) for s in statistics))))

    def flat(self):
        """Returns [n,2C+C²]. Each part is scaled so that a squared distance is an average and not a
        sum."""
        c = self.mean.shape[1]
        return torch.cat([self.mean / c ** 0.5, self.deviation / c ** 0.5, self.gram.flatten(1)], 1)

    def scale(self):
        """Returns the factors [n,2C+C²] that scale `flat`: 1 over the root mean square deviation,
        and 1 over the Gram matrix's norm."""
        n, c = self.mean.shape
        spread = self.deviation.square().mean(1, keepdim=True).rsqrt()
        return torch.cat([spread.expand(n, 2 * c),
                          self.gram.flatten(1).norm(dim=1, keepdim=True).reciprocal().expand(n, c * c)], 1)


def normalised(features):
    """Returns features [n,C·h·w] with mean 0 and deviation 1 in every channel. Nearly flat channels
    keep a smaller deviation."""
    features = features.float()
    variance, mean = torch.var_mean(features, (2, 3), correction=0, keepdim=True)
    floor = 1e-3 * variance.mean(1, keepdim=True) + 1e-6
    return ((features - mean) * torch.rsqrt(variance + floor)).flatten(1)


def tiles(picture):
    """Returns the fewest squares of TILE² that cover the picture, evenly spaced: uint8
    [n,TILE,TILE,3]."""
    places = [np.linspace(0, side - TILE, -(-side // TILE)).round().astype(int) for side in picture.shape[:2]]
    return np.stack([picture[y:y + TILE, x:x + TILE] for y in places[0] for x in places[1]])


class Appearance:
    def __init__(self, predictor, colour_weight=COLOUR_WEIGHT, chroma=1.0):
        """`chroma` multiplies the colours' distances from grey in the statistics of the pixels."""
        self.predictor, self.colour_weight, self.chroma = predictor, colour_weight, chroma

    def maps(self, x):
        """Returns (maps whose statistics are the style, maps that carry the content) of pictures
        [n,3,h,w] in [0,1]."""
        blocks = self.predictor.early(x, max(STYLE_BLOCKS + CONTENT_BLOCKS))
        grey = x.mean(1, keepdim=True)
        colours = grey + self.chroma * (x - grey) if self.chroma != 1 else x
        return ([colours, F.avg_pool2d(colours, 4)] + [blocks[i - 1] for i in STYLE_BLOCKS],
                [blocks[i - 1] for i in CONTENT_BLOCKS])

    @torch.no_grad()
    def style(self, picture):
        """Returns the list of Statistics of a uint8 picture [h,w,3] whose sides are at least TILE."""
        found = []
        for features in self.maps(to_tensor(tiles(picture)))[0]:
            whole = Statistics.of(features)
            found.append(Statistics.from_moments(whole.mean.mean(0, True), whole.gram.mean(0, True)))
        return found

    @torch.no_grad()
    def content(self, x):
        """Returns the features of contents [n,3,h,w] that a painting should keep: a list of [n,…]."""
        return [normalised(features) for features in self.maps(x)[1]]

    def residuals(self, paintings, styles, contents):
        """Returns the weighted differences of paintings [n,3,h,w] from their style and from their
        content: ([n,…], [n,…]).

        The loss is the sum of their squares, so its curvature follows from first derivatives
        (Gauss-Newton).
        """
        style_maps, content_maps = self.maps(paintings)
        weights = [self.colour_weight] * 2 + [STYLE_WEIGHT] * len(STYLE_BLOCKS)
        style = [(Statistics.of(features).flat() - wanted.flat()) * wanted.scale() * weight ** 0.5
                 for features, wanted, weight in zip(style_maps, styles, weights)]
        content = []
        for features, wanted in zip(content_maps, contents):
            given = normalised(features)
            content.append((given - wanted) * (CONTENT_WEIGHT / len(contents) / given.shape[1]) ** 0.5)
        return torch.cat(style, 1), torch.cat(content, 1)


def join_styles(styles):
    """Joins lists of Statistics, one list for each picture, into one list for the whole batch."""
    return [Statistics.join(parts) for parts in zip(*styles)]
