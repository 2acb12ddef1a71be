"""Keeps pictures on the device that trains, and draws random parts of them at random scales there.

Every picture is stored at three sizes: whole, halved and quartered. All are in one long tensor of
pixels. A part is sampled bilinearly from the copy whose pixel size is nearest to the part's.
"""
from concurrent.futures import ThreadPoolExecutor

import torch
import torch.nn.functional as F

import data

LEVELS = 3
MAGNIFIED = 0.3  # share of the parts that are enlarged, up to LARGEST times: large pictures are smooth
LARGEST = 4.0


def _reduced(picture, factor):
    """Returns a uint8 picture [h,w,3] reduced by means of factor² pixels."""
    mean = F.avg_pool2d(picture.permute(2, 0, 1).float(), factor)
    return mean.round().byte().permute(1, 2, 0)


class DevicePictures:
    """Holds the decoded pictures of `paths`. `parts` draws from all of them, `whole` returns one of
    them."""

    def __init__(self, paths, device, workers=16):
        rows, sizes = [], []
        with ThreadPoolExecutor(workers) as pool:
            for picture in pool.map(lambda path: data.load([path])[0], paths):
                levels = [torch.tensor(picture, device=device)]
                levels += [_reduced(levels[0], 2 ** level) for level in range(1, LEVELS)]
                rows += [level.reshape(-1, 3) for level in levels]
                sizes.append([level.shape[:2] for level in levels])
        lengths = torch.tensor([len(r) for r in rows])
        self.pixels = torch.cat(rows)
        self.starts = (lengths.cumsum(0) - lengths).view(-1, LEVELS).to(device)
        self.sizes = torch.tensor(sizes, device=device)
        self.count, self.device = len(sizes), device

    def parts(self, index, side, generator):
        """Returns a square part of each picture in `index` [n]: float [n,3,side,side] in [0,1].

        A part's scale is between an enlargement by LARGEST and the whole picture. Half of the parts
        are mirrored.
        """
        uniform = lambda: torch.rand(len(index), device=self.device, generator=generator)
        height, width = self.sizes[index, 0].unbind(1)
        whole = torch.minimum(height, width) / side  # pixels of the picture for one pixel of the part
        least = torch.where(uniform() < MAGNIFIED, 1 / LARGEST, 1.0)
        least = torch.minimum(least, 0.7 * whole)
        scale = least * (whole / least) ** uniform()
        level = scale.log2().round().clamp(0, LEVELS - 1).long()
        height, width = self.sizes[index, level].unbind(1)
        scale = torch.minimum(scale / 2.0 ** level, torch.minimum(height, width) / side)
        steps = torch.arange(side, device=self.device) + 0.5
        down, across = [((extent - scale * side).clamp_min(0) * uniform())[:, None] + scale[:, None] * steps - 0.5
                        for extent in (height, width)]
        across = torch.where(uniform()[:, None] < 0.5, across.flip(1), across)
        return self._sampled(self.starts[index, level], height, width, down, across)

    def _sampled(self, start, height, width, down, across):
        def neighbours(position, extent):
            first = position.floor()
            inside = lambda p: torch.minimum(p.clamp_min(0), extent[:, None] - 1).long()
            return inside(first), inside(first + 1), position - first

        (top, bottom, v), (left, right, h) = neighbours(down, height), neighbours(across, width)
        at = lambda y, x: self.pixels[start[:, None, None] + y[:, :, None] * width[:, None, None] + x[:, None, :]]
        v, h = v[:, :, None, None], h[:, None, :, None]
        upper = torch.lerp(at(top, left).float(), at(top, right).float(), h)
        lower = torch.lerp(at(bottom, left).float(), at(bottom, right).float(), h)
        return torch.lerp(upper, lower, v).div_(255).permute(0, 3, 1, 2)
