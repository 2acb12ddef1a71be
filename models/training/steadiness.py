"""Losses and figures for two artefacts of a transformer's strides.

- Flicker: a grid of four pixels stands still while the picture moves.
- Mesh: smooth areas show a pattern with the grid's period.

A painting that does not depend on the picture's place on the grid has neither.
"""
import numpy as np
import torch

GRID = 4
SOFT = 0.01  # differences below it count by their square
MESH_WINDOW = 64


def moved(crops, offset, side):
    """Returns the part [n,3,side,side] of larger crops that begins at `offset` = (down, across)."""
    return crops[..., offset[0]:offset[0] + side, offset[1]:offset[1] + side]


def window(paintings, place, side):
    """Returns the part that begins at `place`, a tensor [2] on the device. So a recorded step can
    be repeated with other places."""
    steps = torch.arange(side, device=paintings.device)
    return paintings.index_select(2, place[0] + steps).index_select(3, place[1] + steps)


def overlap(first, second, offset):
    """Returns the part that two paintings share: one of the picture, the other of the picture moved
    by `offset`."""
    (down, across), (height, width) = offset, first.shape[2:]
    return first[..., down:, across:], second[..., :height - down, :width - across]


def soft_distance(a, b):
    return ((a - b).square() + SOFT * SOFT).sqrt().mean() - SOFT


def mesh(x):
    """Returns how strongly a pattern of period GRID (and so of 2 and 4 pixels) repeats in windows
    of MESH_WINDOW².

    The measure is the mean deviation of the average tile after its slope is subtracted.
    """
    side = min(MESH_WINDOW, x.shape[2] // GRID * GRID, x.shape[3] // GRID * GRID)
    rows, columns = x.shape[2] // side, x.shape[3] // side
    tiles = x[..., :rows * side, :columns * side].unflatten(2, (rows, -1, GRID)).unflatten(5, (columns, -1, GRID))
    tile = tiles.mean((3, 6))  # shape [n,3,rows,GRID,columns,GRID]
    tile = tile - tile.mean((3, 5), keepdim=True)
    ramp = torch.linspace(-1, 1, GRID, device=x.device)
    ramp = ramp / ramp.square().mean().sqrt()
    for shape in ((GRID, 1, 1), (1, 1, GRID)):
        slope = ramp.view(shape)
        tile = tile - (tile * slope).mean((3, 5), keepdim=True) * slope
    return (tile.square().mean((3, 5)) + 1e-7).sqrt().mean()


def flicker(paint, picture, step, side, frames=4):
    """Returns the mean difference, in levels, of paintings of a moving picture, after the motion is
    undone.

    The picture moves by `step` = (down, across) a frame. 16 pixels at the border are left out.
    `picture` [1,3,h,w] must hold all frames.
    """
    painted = [paint(moved(picture, (step[0] * k, step[1] * k), side)) for k in range(frames)]
    apart = [torch.sub(*overlap(a, b, step))[..., 16:-16, 16:-16].abs().mean() for a, b in zip(painted, painted[1:])]
    return 255 * torch.stack(apart).mean().item()


def spectral_line(luma, period, side=256):
    """Returns the strength in decibels of the strongest line of `period` pixels: across, down or
    both.

    The strength is relative to the median of the neighbours 4 to 12 bins away. `luma` [h,w] is
    analysed in half-overlapping Hann windows of side² with their plane removed.
    """
    window = np.hanning(side + 1)[:side]
    places = np.mgrid[:side, :side].reshape(2, -1).T / side
    plane = np.linalg.qr(np.c_[places, np.ones(len(places))])[0]
    power = 0
    for y in range(0, luma.shape[0] - side + 1, side // 2):
        for x in range(0, luma.shape[1] - side + 1, side // 2):
            part = luma[y:y + side, x:x + side].reshape(-1)
            part = (part - plane @ (plane.T @ part)).reshape(side, side)
            power = power + np.abs(np.fft.fft2(part * window[:, None] * window)) ** 2
    offsets = [(dy, dx) for dy in range(-12, 13) for dx in range(-12, 13)]
    near = [o for o in offsets if max(map(abs, o)) <= 1]
    ring = [o for o in offsets if 4 <= np.hypot(*o) <= 12]
    at = lambda y, x, places: [power[(y + dy) % side, (x + dx) % side] for dy, dx in places]
    k = side // period
    return max(10 * np.log10(max(at(y, x, near)) / np.median(at(y, x, ring))) for y, x in ((0, k), (k, 0), (k, k)))
