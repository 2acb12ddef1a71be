"""What a transformer's strides leave in its paintings: a grid of four pixels that stands still while a picture moves,
and a mesh of that period in smooth areas. As losses, and as figures.

A painting that doesn't depend on where the picture lies on the grid has neither.
"""
import numpy as np
import torch

GRID = 4
SOFT = 0.05  # differences below are counted by their square, so that a few don't outweigh many
MESH_WINDOW = 64


def moved(crops, offset, side):
    """The part [n,3,side,side] of larger crops that lies `offset` = (down, across) in."""
    return crops[..., offset[0]:offset[0] + side, offset[1]:offset[1] + side]


def window(paintings, place, side):
    """The same, `place` being a tensor [2] on the device: a recorded step can be repeated with another."""
    steps = torch.arange(side, device=paintings.device)
    return paintings.index_select(2, place[0] + steps).index_select(3, place[1] + steps)


def overlap(first, second, offset):
    """What both paintings show, of the picture and of the picture moved by `offset`."""
    (down, across), (height, width) = offset, first.shape[2:]
    return first[..., down:, across:], second[..., :height - down, :width - across]


def soft_distance(a, b):
    return ((a - b).square() + SOFT * SOFT).sqrt().mean() - SOFT


def mesh(x):
    """How strongly a pattern of period GRID (and so of 2 and 4 pixels) repeats in windows of MESH_WINDOW²: the mean
    deviation of the average tile, its slope aside."""
    side = min(MESH_WINDOW, x.shape[2] // GRID * GRID, x.shape[3] // GRID * GRID)
    rows, columns = x.shape[2] // side, x.shape[3] // side
    tiles = x[..., :rows * side, :columns * side].unflatten(2, (rows, -1, GRID)).unflatten(5, (columns, -1, GRID))
    tile = tiles.mean((3, 6))  # [n,3,rows,GRID,columns,GRID]
    tile = tile - tile.mean((3, 5), keepdim=True)
    ramp = torch.linspace(-1, 1, GRID, device=x.device)
    ramp = ramp / ramp.square().mean().sqrt()
    for shape in ((GRID, 1, 1), (1, 1, GRID)):
        slope = ramp.view(shape)
        tile = tile - (tile * slope).mean((3, 5), keepdim=True) * slope
    return (tile.square().mean((3, 5)) + 1e-7).sqrt().mean()


def flicker(paint, picture, step, side, frames=4):
    """Mean difference, in levels, of paintings of a picture that pans by `step` = (down, across) a frame, the motion
    undone; 16 pixels at the border are left out. `picture` [1,3,h,w] must hold all frames."""
    painted = [paint(moved(picture, (step[0] * k, step[1] * k), side)) for k in range(frames)]
    apart = [torch.sub(*overlap(a, b, step))[..., 16:-16, 16:-16].abs().mean() for a, b in zip(painted, painted[1:])]
    return 255 * torch.stack(apart).mean().item()


def spectral_line(luma, period, side=256):
    """Strength in decibels of the strongest line of `period` pixels, across, down or both, over the median of its
    neighbours 4 to 12 bins away. `luma` [h,w]; half-overlapping Hann windows of side², their plane removed."""
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
