"""Writes tests/fixtures/images: a small picture in every form that the codecs read.

The expected samples of a picture NAME.EXT are in NAME.EXT.ppm (colours) and, if it has alpha, in
NAME.EXT.pgm. PNG files of the rarer kinds are written here chunk by chunk. Pillow writes the other
files, and its decoder gives the expected samples of lossy formats.

Usage: make_image_fixtures.py [FOLDER]     needs numpy and Pillow
"""

import pathlib
import struct
import sys
import zlib

import numpy as np
from PIL import Image

from pseudo_random import PseudoRandom

WIDTH, HEIGHT = 19, 13
FOLDER = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parents[1] / "fixtures" / "images")


def noise(channels, maximum=255, name="picture"):
    """Returns uint16 [HEIGHT, WIDTH, channels], in which every value from 0 to `maximum` is equally
    likely."""
    count = HEIGHT * WIDTH * channels
    bits = PseudoRandom(7, name).bits24(np.arange(count))
    return ((bits * (maximum + 1)) >> 24).astype(np.uint16).reshape(HEIGHT, WIDTH, channels)


def expect(name, samples):
    """Stores the samples that the file `name` must decode to: uint8 [h, w, 1..4]."""
    samples = np.asarray(samples).astype(np.uint8)
    height, width, channels = samples.shape
    colours = samples[..., :3] if channels >= 3 else np.repeat(samples[..., :1], 3, axis=2)
    (FOLDER / f"{name}.ppm").write_bytes(b"P6\n%d %d\n255\n" % (width, height) + colours.tobytes())
    if channels in (2, 4):
        alpha = np.ascontiguousarray(samples[..., -1])
        (FOLDER / f"{name}.pgm").write_bytes(b"P5\n%d %d\n255\n" % (width, height) + alpha.tobytes())


def to_8_bits(samples, maximum):
    return (samples.astype(np.int64) * 255 + maximum // 2) // maximum


# PNG -----------------------------------------------------------------------------------------------------------------

GREY, RGB, PALETTE, GREY_ALPHA, RGBA = 0, 2, 3, 4, 6
ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def pack_rows(samples, depth):
    rows = b""
    for row in samples:
        flat = row.reshape(-1)
        if depth == 16:
            data = flat.astype(">u2").tobytes()
        elif depth == 8:
            data = flat.astype(np.uint8).tobytes()
        else:
            bits = (flat[:, None] >> np.arange(depth - 1, -1, -1)) & 1
            data = np.packbits(bits.astype(np.uint8).reshape(-1)).tobytes()
        rows += b"\0" + data
    return rows


def write_png(name, samples, colour, depth, chunks=(), interlaced=False, late_chunks=()):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    height, width = samples.shape[:2]
    if interlaced:
        parts = [samples[y::sy, x::sx] for x, y, sx, sy in ADAM7]
        raw = b"".join(pack_rows(part, depth) for part in parts if part.size)
    else:
        raw = pack_rows(samples, depth)
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, int(interlaced))
    parts = [chunk(b"IHDR", header), *(chunk(k, d) for k, d in chunks), chunk(b"IDAT", zlib.compress(raw, 9)),
             *(chunk(k, d) for k, d in late_chunks), chunk(b"IEND", b"")]
    (FOLDER / name).write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(parts))


def png_fixtures():
    kinds = {"grey": (GREY, 1), "grey_alpha": (GREY_ALPHA, 2), "rgb": (RGB, 3), "rgba": (RGBA, 4)}
    for kind, (colour, channels) in kinds.items():
        for depth in (1, 2, 4, 8, 16) if colour == GREY else (8, 16):
            maximum = (1 << depth) - 1
            samples = noise(channels, maximum, kind)
            write_png(f"{kind}{depth}.png", samples, colour, depth)
            expect(f"{kind}{depth}.png", to_8_bits(samples, maximum))
    for name, colour, channels, depth in (("interlaced_rgb8", RGB, 3, 8), ("interlaced_grey4", GREY, 1, 4),
                                          ("interlaced_rgba16", RGBA, 4, 16)):
        samples = noise(channels, (1 << depth) - 1, name)
        write_png(f"{name}.png", samples, colour, depth, interlaced=True)
        expect(f"{name}.png", to_8_bits(samples, (1 << depth) - 1))

    colours = PseudoRandom(7, "palette").bits24(np.arange(16 * 3)).reshape(16, 3) >> 16
    chunk = (b"PLTE", colours.astype(np.uint8).tobytes())
    indices = noise(1, 15, "indices")
    write_png("palette4.png", indices, PALETTE, 4, [chunk])
    expect("palette4.png", colours[indices[..., 0]])
    alphas = np.array([0, 255, 128, 7])  # of the first four colours; later ones are opaque
    write_png("palette8_trns.png", indices, PALETTE, 8, [chunk, (b"tRNS", alphas.astype(np.uint8).tobytes())])
    rgba = np.concatenate([colours, np.concatenate([alphas, np.full(12, 255)])[:, None]], axis=1)
    expect("palette8_trns.png", rgba[indices[..., 0]])

    samples = noise(3, 255, "rgb")
    key = samples[2, 3]
    write_png("rgb8_trns.png", samples, RGB, 8, [(b"tRNS", key.astype(">u2").tobytes())])
    alpha = np.where((samples == key).all(axis=2), 0, 255)[..., None]
    expect("rgb8_trns.png", np.concatenate([samples, alpha], axis=2))

    # Gamma must not change the samples. The orientation counts wherever its chunk is.
    write_png("gamma.png", samples, RGB, 8, [(b"gAMA", struct.pack(">I", 100000))])
    expect("gamma.png", samples)
    turned = np.rot90(samples, 1)  # orientation 6: needs a quarter turn clockwise
    write_png("exif6.png", turned, RGB, 8, [(b"eXIf", exif_block(6))])
    expect("exif6.png", samples)
    write_png("exif6_late.png", turned, RGB, 8, late_chunks=[(b"eXIf", exif_block(6))])
    expect("exif6_late.png", samples)


# JPEG ----------------------------------------------------------------------------------------------------------------


def exif_block(orientation, order="<"):
    """Returns a TIFF block of two entries: ImageWidth, which a reader must skip, and Orientation."""
    mark = b"II" if order == "<" else b"MM"
    width = struct.pack(order + "HHIHH", 0x0100, 3, 1, 19, 0)
    value = struct.pack(order + "HHIHH", 0x0112, 3, 1, orientation, 0)
    return mark + struct.pack(order + "HIH", 42, 8, 2) + width + value + struct.pack(order + "I", 0)


def save_jpeg(name, picture, **options):
    picture.save(FOLDER / name, "JPEG", **options)
    expect(name, np.asarray(Image.open(FOLDER / name).convert("RGB")))


def jpeg_fixtures():
    y, x = np.mgrid[0:29, 0:37]
    waves = [128 + 100 * np.sin(x / 5.0 + y / 9.0), 128 + 110 * np.cos(x / 7.0 - y / 4.0), 7 * x - 3 * y + 20]
    photo = Image.fromarray(np.clip(np.stack(waves, 2), 0, 255).astype(np.uint8))
    save_jpeg("yuv444.jpg", photo, quality=90, subsampling="4:4:4")
    save_jpeg("yuv422.jpg", photo, quality=90, subsampling="4:2:2")
    save_jpeg("yuv420.jpg", photo, quality=90, subsampling="4:2:0")
    save_jpeg("progressive.jpg", photo, quality=90, subsampling="4:2:0", progressive=True)
    save_jpeg("grey.jpg", photo.convert("L"), quality=90)
    save_jpeg("cmyk.jpg", photo.convert("CMYK"), quality=90)

    # The picture consists of flat blocks of 8x8 pixels, so that a turned picture decodes to the
    # turned samples.
    blocks = PseudoRandom(7, "blocks").bits24(np.arange(2 * 3 * 3)).reshape(2, 3, 3) >> 16
    upright = np.kron(blocks, np.ones((8, 8, 1))).astype(np.uint8)
    expect("orientation.jpg", upright)
    # Stored pictures by orientation (EXIF 2.32, table of Orientation).
    stored = {1: upright, 2: upright[:, ::-1], 3: upright[::-1, ::-1], 4: upright[::-1]}
    stored[5] = upright.swapaxes(0, 1)
    stored[6] = np.rot90(upright, 1)
    stored[7] = np.rot90(upright, 2).swapaxes(0, 1)
    stored[8] = np.rot90(upright, -1)
    for orientation, picture in stored.items():
        exif = b"Exif\0\0" + exif_block(orientation, "<" if orientation % 2 else ">")
        path = FOLDER / f"orientation{orientation}.jpg"
        Image.fromarray(np.ascontiguousarray(picture)).save(path, quality=98, subsampling="4:4:4", exif=exif)


# Other formats -----------------------------------------------------------------------------------


def bmp_top_down(samples):
    """Returns a 24-bit BMP whose rows run from the top, which a negative height announces."""
    height, width = samples.shape[:2]
    stride = (3 * width + 3) // 4 * 4
    rows = np.zeros((height, stride), np.uint8)
    rows[:, : 3 * width] = samples[..., ::-1].astype(np.uint8).reshape(height, -1)
    header = struct.pack("<IiiHHIIiiII", 40, width, -height, 1, 24, 0, rows.size, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54 + rows.size, 0, 0, 54) + header + rows.tobytes()


def bmp_with_alpha(samples):
    """Returns a 32-bit BMP with a header of 56 bytes, the shortest header that has a mask for
    alpha."""
    height, width = samples.shape[:2]
    rows = samples[::-1, :, [2, 1, 0, 3]].astype(np.uint8).tobytes()
    header = struct.pack("<IiiHHIIiiII", 56, width, height, 1, 32, 3, len(rows), 0, 0, 0, 0)
    masks = struct.pack("<4I", 0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    return b"BM" + struct.pack("<IHHI", 70 + len(rows), 0, 0, 70) + header + masks + rows


def other_fixtures():
    rgb, rgba, grey = noise(3, 255, "rgb"), noise(4, 255, "rgba"), noise(1, 255, "grey")
    pictures = {"rgb": Image.fromarray(rgb.astype(np.uint8)), "rgba": Image.fromarray(rgba.astype(np.uint8)),
                "grey": Image.fromarray(grey[..., 0].astype(np.uint8))}
    samples = {"rgb": rgb, "rgba": rgba, "grey": grey}
    for kind in ("rgb", "rgba", "grey"):
        if kind == "rgba":  # Pillow writes alpha into a byte that this format leaves unused
            (FOLDER / "rgba.bmp").write_bytes(bmp_with_alpha(rgba))
        else:
            pictures[kind].save(FOLDER / f"{kind}.bmp")
        expect(f"{kind}.bmp", samples[kind])
        pictures[kind].save(FOLDER / f"{kind}.tga")
        expect(f"{kind}.tga", samples[kind])
    (FOLDER / "top_down.bmp").write_bytes(bmp_top_down(rgb))
    expect("top_down.bmp", rgb)

    few = np.kron(noise(1, 15, "indices")[:5, :6], np.ones((3, 4, 1))).astype(np.uint8)[:HEIGHT, :WIDTH, 0]
    colours = (PseudoRandom(7, "palette").bits24(np.arange(16 * 3)).reshape(16, 3) >> 16).astype(np.uint8)
    indexed, inverse = Image.fromarray(few, "P"), Image.fromarray(15 - few, "P")
    for picture in (indexed, inverse):
        picture.putpalette(colours.tobytes())
    plain = colours[few]
    Image.fromarray(plain).save(FOLDER / "runs.tga", compression="tga_rle")
    expect("runs.tga", plain)
    indexed.save(FOLDER / "palette.bmp")
    expect("palette.bmp", plain)
    indexed.save(FOLDER / "palette.tga")
    expect("palette.tga", plain)
    indexed.save(FOLDER / "two_frames.gif", save_all=True, append_images=[inverse], duration=100)
    expect("two_frames.gif", plain)
    indexed.save(FOLDER / "transparent.gif", transparency=int(few[0, 0]))
    alpha = np.where(few == few[0, 0], 0, 255)[..., None]
    expect("transparent.gif", np.concatenate([plain, alpha], axis=2) * (alpha > 0))  # transparent pixels are black

    (FOLDER / "rgb8.ppm").write_bytes(b"P6 # comment\n19 13\n255\n" + rgb.astype(np.uint8).tobytes())
    expect("rgb8.ppm", rgb)
    wide = noise(3, 1000, "wide")
    (FOLDER / "rgb10.ppm").write_bytes(b"P6\n19\n13\n1000\n" + wide.astype(">u2").tobytes())
    expect("rgb10.ppm", to_8_bits(wide, 1000))
    (FOLDER / "grey8.pgm").write_bytes(b"P5 19 13 255 " + grey.astype(np.uint8).tobytes())
    expect("grey8.pgm", grey)


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    png_fixtures()
    jpeg_fixtures()
    other_fixtures()
