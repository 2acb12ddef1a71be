"""Writes the TIFF, WebP, HEIC and AVIF files of tests/fixtures/images, and pictures with profiles and metadata.

TIFF files are written here tag by tag, so that every kind of sample has exact expected values; Pillow writes the
compressed ones. HEIC and AVIF are lossy: their expected samples are those of Pillow and of heif-convert.

Usage: make_format_fixtures.py [FOLDER]     needs numpy, Pillow 11.3, webpmux, and heif-enc and heif-convert for HEIC
"""

import io
import struct
import subprocess

import numpy as np
from PIL import Image, ImageCms

from make_image_fixtures import FOLDER, HEIGHT, WIDTH, expect, noise, to_8_bits

SHORT, LONG, RATIONAL, UNDEFINED, LONG8 = 3, 4, 5, 7, 16
MINISWHITE, MINISBLACK, RGB, PALETTE, SEPARATED = 0, 1, 2, 3, 5


def packed(samples, bits, order):
    """Returns rows of samples as a TIFF file stores them; each row begins at a byte."""
    if bits in (8, 16, 32):
        kind = {8: "u1", 16: "u2", 32: "f4"}[bits]
        return samples.astype(order + kind).tobytes()
    rows = samples.reshape(samples.shape[0], -1).astype(np.uint32)
    spread = (rows[..., None] >> np.arange(bits - 1, -1, -1)) & 1
    return np.packbits(spread.reshape(rows.shape[0], -1).astype(np.uint8), axis=1).tobytes()


def tiff(name, samples, photometric, bits, order="<", extra=None, tags=(), rows=5, tile=None, separate=False, big=False):
    """Writes an uncompressed TIFF: [h, w, channels], in strips of `rows` rows or in tiles of (w, h)."""
    height, width, channels = samples.shape
    planes = [samples[..., c : c + 1] for c in range(channels)] if separate else [samples]
    parts = []
    for plane in planes:
        if tile:
            across, down = tile
            for y in range(0, height, down):
                for x in range(0, width, across):
                    block = np.zeros((down, across, plane.shape[2]), samples.dtype)
                    inside = plane[y : y + down, x : x + across]
                    block[: inside.shape[0], : inside.shape[1]] = inside
                    parts.append(packed(block, bits, order))
        else:
            parts += [packed(plane[y : y + rows], bits, order) for y in range(0, height, rows)]
    entries = [(256, SHORT, [width]), (257, SHORT, [height]), (258, SHORT, [bits] * channels), (259, SHORT, [1]),
               (262, SHORT, [photometric]), (277, SHORT, [channels]), (284, SHORT, [2 if separate else 1])]
    place = LONG8 if big else LONG
    if tile:
        entries += [(322, SHORT, [tile[0]]), (323, SHORT, [tile[1]]), (324, place, None), (325, place, [len(p) for p in parts])]
    else:
        entries += [(273, place, None), (278, SHORT, [rows]), (279, place, [len(p) for p in parts])]
    if extra is not None:
        entries.append((338, SHORT, [extra]))
    if bits == 32:
        entries.append((339, SHORT, [3] * channels))
    entries = sorted(entries + list(tags), key=lambda entry: entry[0])
    letters = {SHORT: "H", LONG: "I", LONG8: "Q", UNDEFINED: "B", RATIONAL: "I", 2: "B", 1: "B"}
    inline, header = (8, 16) if big else (4, 8)
    word = "Q" if big else "I"
    directory = header
    values_at = directory + (8 if big else 2) + len(entries) * (20 if big else 12) + (8 if big else 4)

    def lay_out(offsets):
        values, table = b"", b""
        for tag, kind, value in entries:
            value = offsets if value is None else value
            data = struct.pack(order + str(len(value)) + letters[kind], *value)
            count = len(value) // 2 if kind == RATIONAL else len(value)
            if len(data) <= inline:
                field = data.ljust(inline, b"\0")
            else:
                field = struct.pack(order + word, values_at + len(values))
                values += data + b"\0" * (len(data) % 2)
            table += struct.pack(order + "HH" + word, tag, kind, count) + field
        return table, values

    _, values = lay_out([0] * len(parts))
    begin = values_at + len(values)
    offsets = [begin + sum(len(p) for p in parts[:i]) for i in range(len(parts))]
    table, values = lay_out(offsets)
    mark = b"II" if order == "<" else b"MM"
    if big:
        file = mark + struct.pack(order + "HHHQ", 43, 8, 0, directory) + struct.pack(order + "Q", len(entries))
    else:
        file = mark + struct.pack(order + "HI", 42, directory) + struct.pack(order + "H", len(entries))
    (FOLDER / name).write_bytes(file + table + struct.pack(order + word, 0) + values + b"".join(parts))


def premultiplied(samples, top):
    colours, alpha = samples[..., :3].astype(np.int64), samples[..., 3:].astype(np.int64)
    stored = (colours * alpha + top // 2) // top
    back = np.where(alpha > 0, np.minimum((stored * top + alpha // 2) // np.maximum(alpha, 1), top), 0)
    return np.concatenate([stored, alpha], 2), np.concatenate([back, alpha], 2)


def tiff_fixtures():
    rgb, rgba = noise(3, 255, "tiff rgb"), noise(4, 255, "tiff rgba")
    grey, wide = noise(1, 255, "tiff grey"), noise(3, 65535, "tiff wide")
    for bits in (1, 2, 4):
        few = noise(1, (1 << bits) - 1, f"tiff grey{bits}")
        tiff(f"grey{bits}.tif", few, MINISBLACK, bits)
        expect(f"grey{bits}.tif", to_8_bits(few, (1 << bits) - 1))
    bits12 = noise(3, 4095, "tiff 12")
    tiff("rgb12.tif", bits12, RGB, 12)
    expect("rgb12.tif", to_8_bits(bits12, 4095))
    tiff("white.tif", grey, MINISWHITE, 8, order=">")
    expect("white.tif", 255 - grey)
    tiff("rgb8.tif", rgb, RGB, 8)
    tiff("tiles.tif", rgb, RGB, 8, tile=(16, 16))
    tiff("planes.tif", rgb, RGB, 8, separate=True)
    tiff("plane_tiles.tif", rgb, RGB, 8, separate=True, tile=(16, 16), order=">")
    tiff("big.tif", rgb, RGB, 8, big=True)
    for name in ("rgb8", "tiles", "planes", "plane_tiles", "big"):
        expect(f"{name}.tif", rgb)
    tiff("rgb16.tif", wide, RGB, 16, order=">", separate=True)
    expect("rgb16.tif", to_8_bits(wide, 65535))
    floats = (noise(3, 255, "tiff float") / 255).astype(np.float32)
    tiff("float.tif", floats, RGB, 32)
    expect("float.tif", np.round(floats * 255))
    tiff("rgba8.tif", rgba, RGB, 8, extra=2)
    expect("rgba8.tif", rgba)
    tiff("rgbx8.tif", rgba, RGB, 8, extra=0)
    expect("rgbx8.tif", rgba[..., :3])
    stored, back = premultiplied(rgba, 255)
    tiff("premultiplied.tif", stored, RGB, 8, extra=1)
    expect("premultiplied.tif", back)
    inks = noise(4, 255, "tiff inks")
    tiff("cmyk.tif", inks, SEPARATED, 8)
    paper = 255 - inks.astype(np.int64)
    expect("cmyk.tif", to_8_bits(paper[..., :3] * paper[..., 3:], 255 * 255))
    colours = noise(3, 65535, "tiff palette").reshape(-1, 3)[:16]
    indices = noise(1, 15, "tiff indices")
    tiff("palette4.tif", indices, PALETTE, 4, tags=[(320, SHORT, [int(v) for v in colours.T.reshape(-1)])])
    expect("palette4.tif", to_8_bits(colours[indices[..., 0]], 65535))
    turned = np.rot90(rgb, 1).copy()  # stored a quarter turn anticlockwise
    tiff("orientation6.tif", turned, RGB, 8, tags=[(274, SHORT, [6])])
    expect("orientation6.tif", rgb)
    for kind in ("tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg"):
        name = kind.replace("tiff_", "").replace("adobe_", "") + ".tif"
        Image.fromarray(rgb.astype(np.uint8)).save(FOLDER / name, compression=kind)
        expect(name, np.asarray(Image.open(FOLDER / name)))


XMP = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><note>kept</note></x:xmpmeta>"


def exif_of(orientation):
    """Returns EXIF with an orientation and an artist."""
    exif = Image.Exif()
    exif[0x0112], exif[0x013B] = orientation, "Jo Doe"
    return exif


def swapped_srgb():
    """Returns the sRGB profile with red and green exchanged: their tags point at each other's data."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    count, = struct.unpack(">I", profile[128:132])
    at = {bytes(profile[i : i + 4]): i for i in range(132, 132 + 12 * count, 12)}
    red, green = [slice(at[tag] + 4, at[tag] + 12) for tag in (b"rXYZ", b"gXYZ")]
    profile[red], profile[green] = profile[green], profile[red]
    return bytes(profile)


def webp_fixtures():
    rgb, rgba = noise(3, 255, "webp rgb").astype(np.uint8), noise(4, 255, "webp rgba").astype(np.uint8)
    Image.fromarray(rgb).save(FOLDER / "rgb.webp", lossless=True)
    expect("rgb.webp", rgb)
    Image.fromarray(rgba).save(FOLDER / "rgba.webp", lossless=True, exact=True)
    expect("rgba.webp", rgba)
    smooth = Image.fromarray(rgb[:4, :6]).resize((WIDTH, HEIGHT), Image.BICUBIC)
    smooth.save(FOLDER / "lossy.webp", quality=90)
    expect("lossy.webp", np.asarray(Image.open(FOLDER / "lossy.webp").convert("RGB")))
    # An animation whose second frame changes everything.
    Image.fromarray(rgb).save(FOLDER / "two_frames.webp", lossless=True, save_all=True,
                              append_images=[Image.fromarray(255 - rgb)], duration=100)
    expect("two_frames.webp", rgb)
    # Stored lying on its side: orientation 6.
    Image.fromarray(rgba).rotate(90, expand=True).save(FOLDER / "turned.webp", lossless=True, exact=True,
                                                       exif=exif_of(orientation=6), xmp=XMP)
    expect("turned.webp", rgba)
    # An animation whose first frame covers a part of the canvas: webpmux puts it at (4, 2).
    Image.fromarray(rgb).save("/tmp/webp_fixture.webp", lossless=True)
    Image.fromarray(rgb[:6, :8]).save("/tmp/webp_fixture_small.webp", lossless=True)
    subprocess.run(["webpmux", "-frame", "/tmp/webp_fixture_small.webp", "+100+4+2", "-frame", "/tmp/webp_fixture.webp",
                    "+100", "-o", FOLDER / "small_frame.webp"], check=True)
    canvas = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
    canvas[2:8, 4:12] = np.dstack([rgb[:6, :8], np.full((6, 8), 255, np.uint8)])
    expect("small_frame.webp", canvas)


def heif_fixtures():
    smooth = Image.fromarray(noise(3, 255, "heif").astype(np.uint8)[:8, :8]).resize((32, 24), Image.BICUBIC)
    smooth.save("/tmp/heif_fixture.png")
    for name, arguments in (("rgb.heic", []), ("rgb.avif", ["-A"])):
        subprocess.run(["heif-enc", *arguments, "-q", "80", "/tmp/heif_fixture.png", "-o", FOLDER / name], check=True)
        subprocess.run(["heif-convert", FOLDER / name, "/tmp/heif_fixture_back.png"], check=True)
        expect(name, np.asarray(Image.open("/tmp/heif_fixture_back.png").convert("RGB")))
    # Alpha, EXIF, XMP and a profile, which exchanges red and green.
    alpha = Image.linear_gradient("L").resize(smooth.size)
    rgba = Image.merge("RGBA", (*smooth.split(), alpha))
    rgba.save(FOLDER / "profile_rgba.avif", quality=95, subsampling="4:4:4", exif=exif_of(orientation=1), xmp=XMP,
              icc_profile=swapped_srgb())
    expect("profile_rgba.avif", np.asarray(Image.open(FOLDER / "profile_rgba.avif"))[..., [1, 0, 2, 3]])


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    tiff_fixtures()
    webp_fixtures()
    heif_fixtures()
