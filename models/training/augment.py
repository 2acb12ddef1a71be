"""Makes random views of the training pictures.

The teacher answers for any picture, so a view may be as strange as we like. The students must see
more kinds of pictures than 1,200 paintings offer.
"""
import numpy as np
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

from textures import cells, field, palette, texture, weave

BILINEAR = Image.Resampling.BILINEAR


def random_crop(rng, picture, smallest, largest=1.0, stretch=1.0):
    """Returns a rectangle whose sides are `smallest`…`largest` of the picture's. `stretch` bounds
    the distortion."""
    h, w = picture.shape[:2]
    fraction = rng.uniform(smallest, largest)
    s = stretch ** rng.uniform(-0.5, 0.5)
    ch, cw = max(16, int(h * min(1, fraction * s))), max(16, int(w * min(1, fraction / s)))
    y, x = rng.integers(0, h - ch + 1), rng.integers(0, w - cw + 1)
    return picture[y:y + ch, x:x + cw]


def _geometry(rng, picture, size):
    crop = random_crop(rng, picture, 0.25, 1.0, 1.6) if rng.random() < 0.75 else picture
    image = Image.fromarray(crop)
    if rng.random() < 0.12:
        image = image.rotate(rng.uniform(-40, 40), BILINEAR)
        w, h = image.size
        image = image.crop((w // 6, h // 6, w - w // 6, h - h // 6))
    image = image.resize((size, size), BILINEAR)
    for chance, turn in ((0.5, Image.Transpose.FLIP_LEFT_RIGHT), (0.2, Image.Transpose.FLIP_TOP_BOTTOM),
                         (0.2, Image.Transpose.ROTATE_90)):
        if rng.random() < chance:
            image = image.transpose(turn)
    return image


def _colours(rng, image):
    if rng.random() < 0.5:
        image = ImageEnhance.Color(image).enhance(rng.uniform(0, 2.2))
        image = ImageEnhance.Contrast(image).enhance(rng.uniform(0.4, 1.8))
        image = ImageEnhance.Brightness(image).enhance(rng.uniform(0.5, 1.6))
    if rng.random() < 0.08:
        image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.5, 3)))
    a = np.asarray(image)
    if rng.random() < 0.2:
        a = a[:, :, rng.permutation(3)]
    if rng.random() < 0.08:
        a = 255 - a
    if rng.random() < 0.15:
        tint, amount = rng.random(3) * 255, rng.uniform(0, 0.6)
        grey = a.mean(2, keepdims=True)
        a = (a * (1 - amount) + grey * (tint / 128) * amount).clip(0, 255).astype(np.uint8)
    return a


def _posterised(rng, view):
    """Returns the picture's brightness (its green) in two to five random colours, like a poster or
    a woodcut."""
    grey, n = view[..., 1].astype(np.float32), int(rng.integers(2, 6))
    if rng.random() < 0.5:  # Colours cover equal areas, or else equal ranges of brightness.
        edges = np.quantile(grey[::4, ::4], np.linspace(0, 1, n + 1)[1:-1])
    else:
        edges = np.linspace(*np.quantile(grey[::4, ::4], (0.02, 0.98)), n + 1)[1:-1]
    return (palette(rng, n) * 255).clip(0, 255).astype(np.uint8)[np.searchsorted(edges, grey)]


def _drawn(rng, view):
    """Returns the picture's outlines, dark on paper, like a sketch."""
    grey = Image.fromarray(view).convert("L").filter(ImageFilter.GaussianBlur(rng.uniform(0.5, 2)))
    down, across = np.gradient(np.asarray(grey, np.float32))
    slope = np.hypot(down, across)
    line = (slope / (np.quantile(slope, rng.uniform(0.85, 0.99)) + 1)).clip(0, 1) ** rng.uniform(0.7, 3)
    paper, ink = rng.uniform(200, 255, 3), rng.uniform(0, 130, 3) * rng.random()
    return (paper + (ink - paper) * line[..., None]).astype(np.uint8)


def _vivid(rng, view):
    image = ImageOps.autocontrast(Image.fromarray(view), cutoff=rng.uniform(0, 15))
    return np.asarray(ImageEnhance.Color(image).enhance(rng.uniform(0.5, 3)))


def _tiled(rng, view):
    """Returns a repeating pattern made of a shrunken copy or a corner of the view, with mirrored
    seams or hard ones."""
    size, side = len(view), len(view) // int(rng.integers(2, 9))
    tile = view[:side, :side]
    if rng.random() < 0.5:
        tile = np.asarray(Image.fromarray(view).resize((side, side), BILINEAR))
    if rng.random() < 0.5:
        tile = np.concatenate([tile, tile[:, ::-1]], 1)
        tile = np.concatenate([tile, tile[::-1]], 0)
    n = -(-size // len(tile))
    return np.tile(tile, (n, n, 1))[:size, :size]


def _refracted(rng, view):
    """Returns the view as seen through patterned glass, each cell of which bends the view anew."""
    size = len(view)
    glass = cells(rng, size) if rng.random() < 0.5 else field(rng, size)
    if rng.random() < 0.5:
        slopes = np.gradient(glass)
        steep = np.quantile(np.hypot(*slopes), 0.9) + 1e-6
        bends = [slope / steep for slope in slopes]
    else:
        bends = [2 * glass - 1, 1 - 2 * glass]
    amount = rng.uniform(0.02, 0.3) * size
    places = [(axis + amount * bend).astype(int) for axis, bend in zip(np.indices((size, size)), bends)]
    # Beyond a border the view is mirrored.
    down, across = [np.abs((place + size) % (2 * size) - size).clip(0, size - 1) for place in places]
    return view[down, across]


def _printed(rng, view):
    """Returns the view under a texture or the weave of a canvas, which darkens the view or adds one
    colour."""
    size = len(view)
    over = field(rng, size) if rng.random() < 0.75 else weave(size)
    bare = (1 - rng.uniform(0.3, 1) * over)[..., None]
    if rng.random() < 0.5:
        return (view * bare * rng.uniform(1, 1.6)).clip(0, 255).astype(np.uint8)
    return (view * bare + rng.random(3) * 255 * (1 - bare)).astype(np.uint8)


def _patchwork(rng, size, make_view):
    """Returns two or three pictures or plain colours, separated along a texture's bands."""
    bands, n = field(rng, size), int(rng.integers(2, 4))
    choice = np.minimum((bands * n).astype(int), n - 1)
    result = np.empty((size, size, 3), np.uint8)
    for i in range(n):
        colour = (rng.random(3) * 255).astype(np.uint8)
        result[choice == i] = make_view()[choice == i] if rng.random() < 0.4 else colour
    return result


def plain_view(rng, picture, size):
    """Returns uint8 [size,size,3]: a part of the picture, turned, stretched and recoloured at
    random."""
    return _colours(rng, _geometry(rng, picture, size))


def style_view(rng, contents, styles, size):
    """Returns a random view, uint8 [size,size,3], of one of these kinds; a few views are mixtures
    of two:

    - 30 %: a painting, changed at random;
    - 10 %: a photograph, changed at random;
    - 15 %: a painted texture;
    - 45 %: something strange made of pictures.

    The strange ones cover the far end of the teacher's bottlenecks. They are 10 to 20 spreads from
    the mean, like strongly patterned styles. Plain views of paintings are at 7.
    """
    def plain():
        pictures = contents if rng.random() < 0.25 else styles
        return plain_view(rng, pictures[rng.integers(len(pictures))], size)

    def one():
        kind = rng.random()
        if kind < 0.15:
            return texture(rng, size)
        if kind < 0.23:
            return _patchwork(rng, size, plain)
        if kind < 0.30:
            return _printed(rng, plain() if rng.random() < 0.5 else texture(rng, size))
        view = plain()
        if kind < 0.38:
            return _posterised(rng, view)
        if kind < 0.41:
            return _drawn(rng, view)
        if kind < 0.46:
            return _vivid(rng, view)
        if kind < 0.53:
            return _tiled(rng, view)
        return _refracted(rng, view) if kind < 0.60 else view

    view, chance = one(), rng.random()
    if chance < 0.06:
        amount = rng.uniform(0.15, 0.6)
        return (view * (1 - amount) + one() * amount).astype(np.uint8)
    if chance < 0.12:
        other, cut = one(), int(size * rng.uniform(0.2, 0.8))
        view = view.copy()
        if rng.random() < 0.5:
            view[:cut] = other[:cut]
        else:
            view[:, :cut] = other[:, :cut]
    return view


def window(rng, view, side):
    """Returns a random square of a view, with `side` pixels a side.

    A square keeps the fineness of the view's texture. A shrunken view would be another kind of
    picture for the teacher: its bottlenecks spread 1.3 × as far.
    """
    h, w = view.shape[:2]
    y, x = rng.integers(0, h - side + 1), rng.integers(0, w - side + 1)
    return view[y:y + side, x:x + side]


def content_view(rng, picture, size):
    """Returns a crop, uint8 [size,size,3], at a random scale between the picture's own and the
    whole of the picture.

    Returns None for a crop without contrast. The instance norms divide by √(σ²+1e-5), so a flat
    crop multiplies the gradient by up to 316 in each of 13 layers. The gradient then overflows, as
    in the first runs.
    """
    h, w = picture.shape[:2]
    shortest = min(h, w)
    largest = max(1.0, shortest / size)
    side = min(shortest, int(size * largest ** rng.random()))
    y, x = rng.integers(0, h - side + 1), rng.integers(0, w - side + 1)
    crop = picture[y:y + side, x:x + side]
    if side != size:
        crop = np.asarray(Image.fromarray(crop).resize((size, size), BILINEAR))
    if rng.random() < 0.5:
        crop = crop[:, ::-1]
    if rng.random() < 0.1:
        crop = crop[:, :, rng.permutation(3)]
    if crop[::4, ::4].std(axis=(0, 1)).max() < 5:
        return None
    return np.ascontiguousarray(crop)


def draw_crop(rng, side, contents, styles):
    """Returns (crop uint8 [side,side,3], index of its photograph). The index is None if the crop is
    from a painting."""
    while True:
        index = int(rng.integers(len(contents))) if rng.random() < 0.75 else None
        picture = styles[rng.integers(len(styles))] if index is None else contents[index]
        crop = content_view(rng, picture, side)
        if crop is not None:
            return crop, index
