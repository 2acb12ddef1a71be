"""Paints textures in random colours.

The kinds are stripes, zigzags, checks, bricks, dots, bars, rings and noise fields.

The first student failed on strong regular textures, which are rare in the picture sets. A texture
is a field in [0,1] over rotated and scaled coordinates. The field chooses colours from a short
random palette, or bands of many colours in turn.
"""
import numpy as np
from PIL import Image, ImageFilter


def _noise(rng, size, cells):
    """Returns smooth noise: random values on a coarse grid, bilinearly enlarged."""
    grid = rng.random((cells + 1, cells + 1))
    t = np.linspace(0, cells, size, endpoint=False)
    i, f = t.astype(int), t - t.astype(int)
    rows = grid[i] * (1 - f)[:, None] + grid[i + 1] * f[:, None]
    return rows[:, i] * (1 - f) + rows[:, i + 1] * f


def _octaves(rng, size):
    field = sum(_noise(rng, size, min(cells, size // 2)) / (k + 1) ** rng.uniform(0.3, 1.5)
                for k, cells in enumerate((3, 6, 13, 27, 55)))
    return (field - field.min()) / (np.ptp(field) + 1e-6)


def _triangle(t):
    return np.abs(2 * (t - np.floor(t)) - 1)


def _tone(column, row):
    """Returns a number in [-1,1] for each cell, nearly random and constant within the cell."""
    return np.sin(12.9898 * column + 78.233 * row)


def weave(size):
    """Returns 0 and 1 in turn along rows and columns, like the threads of a canvas."""
    return np.indices((size, size)).sum(0) % 2


def _shaded(rng, f, noise, least, most):
    return (f + (noise - 0.5) * rng.uniform(least, most)).clip(0, 1)


def _bars(rng, size):
    """Returns upright and level strokes, one over the other, on a woven ground."""
    threads = weave(size) * rng.uniform(0, 0.2)
    f = np.full((size, size), rng.uniform(0.6, 0.8)) + threads
    thick = rng.uniform(0.01, 0.06) * size
    tones = rng.random(3) * rng.uniform(0, 0.5)
    for _ in range(rng.integers(6, 50)):
        along, across = rng.uniform(0.05, 0.7) * size, thick * rng.uniform(0.6, 1.4) + 1
        h, w = (along, across) if rng.random() < 0.5 else (across, along)
        top, left = rng.uniform(-h / 2, size - h / 2), rng.uniform(-w / 2, size - w / 2)
        rows = slice(max(0, int(top)), max(0, int(top + h)))
        f[rows, max(0, int(left)):max(0, int(left + w))] = rng.choice(tones)
    return f.clip(0, 1)


def _worn(rng, f):
    """Returns the field `f` rubbed off in spots, or shaded."""
    noise = _octaves(rng, len(f))
    if rng.random() < 0.5:
        return np.where(noise < rng.uniform(0.1, 0.5), rng.random(), f)
    return _shaded(rng, f, noise, 0.2, 1)


def _coordinates(rng, size, fewest=2, most=24):
    """Returns (u, v), [size,size] each: turned coordinates of `fewest`…`most` periods. A third of
    them are warped."""
    y, x = np.mgrid[0:size, 0:size] / size - 0.5
    angle, periods = rng.uniform(0, np.pi), np.exp(rng.uniform(np.log(fewest), np.log(most)))
    if rng.random() < 0.4:
        angle = rng.integers(4) * np.pi / 2
    u = (x * np.cos(angle) + y * np.sin(angle)) * periods + rng.random()
    v = (y * np.cos(angle) - x * np.sin(angle)) * periods + rng.random()
    if rng.random() < 0.35:
        warp = rng.uniform(0.1, 1.2)
        u, v = u + warp * _noise(rng, size, 5), v + warp * _noise(rng, size, 5)
    return u, v


def _radius(rng, u, v):
    """Returns the distance from the middle of each 1 × 1 cell. Lines of equal distance are rhombs,
    discs or squares."""
    power = rng.uniform(1.2, 4)
    return (_triangle(u) ** power + _triangle(v) ** power) ** (1 / power)


def cells(rng, size):
    """Returns a field [size,size] of equal cells. It rises from 0 in the middle of a cell to 1 at
    the sides, and up to 2^(1/1.2) in the corners."""
    return _radius(rng, *_coordinates(rng, size, fewest=4))


def field(rng, size):
    """Returns a texture's field in [0,1]: [size,size]."""
    u, v = _coordinates(rng, size)
    kind = rng.integers(10)
    if kind == 0:
        f = _triangle(u)
    elif kind == 1:
        f = _triangle(u + rng.uniform(0.3, 1.5) * _triangle(v * rng.uniform(0.3, 1.5)))
    elif kind == 2:
        f = ((np.floor(u) + np.floor(v)) % 2 + 0.3 * _triangle(u)) / 1.3
    elif kind == 3:
        row = np.floor(v)
        mortar = np.minimum(_triangle(v + 0.5), 2.2 * _triangle(u / 2 + 0.5 * (row % 2) + 0.5))
        tone = _tone(np.floor(u / 2 + 0.5 * (row % 2)), row) * 0.5 + 0.5
        f = np.where(mortar < rng.uniform(0.1, 0.25), 0.0, 0.3 + 0.7 * tone)
    elif kind == 4:
        f = np.clip(np.hypot(_triangle(u) - 0.5, _triangle(v) - 0.5) * rng.uniform(1.2, 3), 0, 1)
    elif kind == 5:
        f = _triangle(np.hypot(u, v))
    elif kind == 6:
        f = _triangle(rng.uniform(1, 8) * _octaves(rng, size))
    elif kind == 7:
        f = _bars(rng, size)
    elif kind == 8:
        radius = _radius(rng, u, v)
        tone = _tone(np.floor(u + 0.5), np.floor(v + 0.5)) * rng.uniform(0, 1)
        f = _triangle(rng.uniform(0.5, 3) * radius + tone)
    else:
        f = _octaves(rng, size)
    return _worn(rng, f) if rng.random() < 0.25 else f


def palette(rng, colours):
    """Returns random colours [colours,3], in [0,1] or up to 0.1 outside. A palette is of any
    colours, nearly grey, ink and paper, or vivid on paper."""
    kind = rng.random()
    if kind < 0.4:
        return rng.random((colours, 3)) ** rng.uniform(0.5, 1.5)
    if kind < 0.6:
        return rng.random((colours, 1)) + rng.uniform(-0.1, 0.1, (colours, 3))
    paper, ink = rng.uniform(0.85, 1, (1, 3)), rng.uniform(0, 0.15, (1, 3))
    if kind < 0.8:
        tones = np.linspace(0, 1, colours)[:, None]
    else:
        full = rng.random((colours, 3))
        low, high = full.min(1, keepdims=True), full.max(1, keepdims=True)
        paper, ink = 1 - rng.uniform(0, 0.1, (1, 3)), (full - low) / (high - low)
        tones = (np.arange(colours) % int(rng.integers(2, 5)) == 0)[:, None]
    mixed = ink + (paper - ink) * tones
    return mixed if rng.random() < 0.5 else mixed[::-1]


def _bands(rng, size):
    """Returns stripes or zigzags in three to ten colours in turn: [size,size,3] in about [0,1]."""
    u, v = _coordinates(rng, size, 3, 16)
    if rng.random() < 0.75:
        u = u + rng.uniform(0.3, 2) * _triangle(v * rng.uniform(0.3, 1))
    colours = palette(rng, int(rng.integers(3, 11)))
    if rng.random() < 0.5:  # Every second colour is a tint of the one before it.
        full = rng.uniform(0.3, 0.8)
        colours[1::2] = colours[0:-1:2] * full + 1 - full
    band = np.floor(u).astype(int) % len(colours)
    picture = colours[band]
    if rng.random() < 0.5:
        outline = (u - np.floor(u) < rng.uniform(0.05, 0.35)) & (band % int(rng.integers(1, 4)) == 0)
        picture[outline] = rng.random(3) ** rng.uniform(0, 1)
    return picture


def _coloured_field(rng, size):
    """Returns two to five colours with hard edges or soft transitions: [size,size,3] in about
    [0,1]."""
    f = field(rng, size)
    if rng.random() < 0.3:  # Makes the edges rough, like ink on a rough ground.
        f = _shaded(rng, f, _octaves(rng, size), 0.05, 0.3)
    colours = int(rng.integers(2, 6))
    chosen = palette(rng, colours)
    if rng.random() < 0.6:
        edges = np.sort(rng.random(colours - 1)) if rng.random() < 0.5 else np.arange(1, colours) / colours
        return chosen[np.searchsorted(edges, f)]
    t = f * (colours - 1)
    i = np.minimum(t.astype(int), colours - 2)
    return chosen[i] + (chosen[i + 1] - chosen[i]) * (t - i)[..., None]


def texture(rng, size):
    """Returns a picture, uint8 [size,size,3]. Half of the pictures are smooth, as scaled pictures
    are."""
    picture = (_bands if rng.random() < 0.2 else _coloured_field)(rng, size)
    if rng.random() < 0.5:
        picture = picture * rng.uniform(0.6, 1.0) + rng.uniform(0, 0.3)
    if rng.random() < 0.4:
        picture = picture + rng.normal(0, rng.uniform(0.01, 0.15), (size, size, rng.choice([1, 3])))
    picture = (np.clip(picture, 0, 1) * 255).astype(np.uint8)
    if rng.random() < 0.5:
        picture = np.asarray(Image.fromarray(picture).filter(ImageFilter.GaussianBlur(rng.uniform(0.4, 1))))
    return picture
