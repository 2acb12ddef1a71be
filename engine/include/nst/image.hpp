// Pictures: in memory, read and written, resized, with and without alpha.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "nst/export.h"

namespace nst {

// How a sample is stored. u8 is 0..255, f32 is nominally 0..1.
enum class SampleType : std::uint8_t { u8, f32 };

// What the samples of a pixel are and where they lie. Alpha, where there is one, is the last
// channel and not premultiplied.
enum class PixelFormat : std::uint8_t {
  rgb,    // R, G, B side by side (3 channels), or R, G, B, alpha (4)
  bgr,    // B, G, R (3), or B, G, R, alpha (4): a frame of most screens and video APIs
  grey,   // grey (1), or grey, alpha (2)
  planar  // a plane of R, one of G, one of B (3), one of alpha (4), each of one sample a pixel
};

// A borrowed picture: `height` rows of `width` pixels of `channels` samples, rows from the top. The
// caller keeps `data` alive during the call it is passed to. Painting, encoding, compose and resize
// take every format, the other functions interleaved RGB and RGBA.
struct ImageView {
  const void* data = nullptr;
  int width = 0;
  int height = 0;
  int channels = 3;
  SampleType type = SampleType::u8;
  std::ptrdiff_t row_stride_bytes = 0;  // from row to row, may be negative; 0: dense rows
  PixelFormat format = PixelFormat::rgb;
  std::ptrdiff_t plane_stride_bytes = 0;  // planar, from plane to plane; 0: height · row stride
};

// A picture in the caller's memory that is written: RGB or BGR, 3 channels, or 4 with alpha.
struct MutableImageView {
  void* data = nullptr;
  int width = 0;
  int height = 0;
  int channels = 3;
  SampleType type = SampleType::u8;
  std::ptrdiff_t row_stride_bytes = 0;  // as ImageView's
  PixelFormat format = PixelFormat::rgb;
};

// An owned picture with dense rows.
struct Image {
  int width = 0;
  int height = 0;
  int channels = 3;
  SampleType type = SampleType::u8;
  std::vector<std::uint8_t>
      bytes;  // height * width * channels samples of `type`, suitably aligned for float

  Image() = default;
  // A zeroed picture. Throws Error{limit} if the size does not fit in memory, Error{usage} if a
  // side is not positive.
  NST_API Image(int width, int height, int channels, SampleType type);

  std::size_t sample_count() const {
    return static_cast<std::size_t>(width) * static_cast<std::size_t>(height) *
           static_cast<std::size_t>(channels);
  }
  // Typed access to the samples; `type` must match.
  float* f32() { return reinterpret_cast<float*>(bytes.data()); }
  const float* f32() const { return reinterpret_cast<const float*>(bytes.data()); }
  std::uint8_t* u8() { return bytes.data(); }
  const std::uint8_t* u8() const { return bytes.data(); }
  ImageView view() const { return {bytes.data(), width, height, channels, type, 0}; }
  // The picture as memory to paint into.
  MutableImageView target() { return {bytes.data(), width, height, channels, type, 0}; }
};

// How a picture is resized before the network sees it.
enum class Resize : std::uint8_t {
  smooth,  // antialiased bilinear (triangle filter whose support grows with the reduction)
  tf,      // tf.image.resize, TF2: bilinear, half-pixel centres, no antialiasing
  tf1      // tf.image.resize_bilinear, TF1 legacy: bilinear, corner at the origin, no antialiasing
};

// Returns `image` resized to width × height as f32 RGB (alpha dropped; u8 divided by 255), by
// `method`. The same size gives the same samples, whatever the method. Throws Error{usage} for
// empty sizes, Error{limit} if the result does not fit in memory.
NST_API Image resize(const ImageView& image, int width, int height, Resize method = Resize::smooth);

// A width and a height in pixels.
struct Size {
  int width = 0;
  int height = 0;
  bool operator==(const Size&) const = default;
};

// The size a picture is brought to: its own (the default), its shorter side given and the aspect
// kept, or both sides given.
struct SizeRule {
  int shorter_side = 0;
  Size exact = {};  // counts where shorter_side is 0; {0, 0}: the picture's own size
};

// Returns the size that `rule` gives a picture of that size. The shorter side goes by the formula
// of Magenta's script (image_utils.resize_image), all in float32: each side times the factor N /
// shorter side, cut to an integer, so that the shorter side can come out as N - 1. Throws
// Error{usage} for a negative side, Error{limit} for more than 2^28 pixels.
NST_API Size apply(const SizeRule& rule, Size picture);

// How f32 becomes u8 on output: nearest rounds half up; truncate is numpy's (x *
// 255).astype(uint8). Both clamp to 0..255; NaN becomes 0.
enum class Quantise : std::uint8_t { nearest, truncate };
// Returns `image` as u8 with the channels it has; u8 pictures are copied.
NST_API Image to_u8(const ImageView& image, Quantise method = Quantise::nearest);

// What reading a picture may take.
struct ReadOptions {
  // Memory for decoding, the picture included, in bytes: what a file claims is compared before
  // anything is allocated for it. 0: 400 MiB, or 16 times the file where that is more.
  std::size_t max_memory_bytes = 0;
  // Where that is not enough, a JPEG may come at a half, a quarter or an eighth of its size, as
  // long as its shorter side keeps this many pixels: enough for a style, which is resized anyway.
  // 0: never.
  int least_side = 0;
  // True: pixels as TensorFlow's decoders give them. EXIF orientation is not applied, and samples
  // of 16 bits are cut to 8 instead of rounded (builds without libpng round all the same).
  bool as_tensorflow = false;
};

// A picture, and what was wrong with its file that leaves no pixel in doubt: lines for a person,
// each beginning with the file's name. Mostly none.
struct LoadedImage {
  Image image;
  std::vector<std::string> warnings;
};

// Reads a picture by content, not by extension: JPEG, PNG (8/16 bit, grey, palette, alpha), BMP,
// TGA, GIF (first frame), PBM, PGM, PPM, and .npy (float32 [h, w, 3] in 0..1, returned as f32,
// unquantised; up to 0.5 outside is let pass). EXIF orientation is applied; gamma and colour
// profiles are not. Result: u8 RGB, u8 RGBA or f32 RGB. Throws Error{input} (unreadable, a format
// that is not read, cut short, or so damaged that pixels would be guessed) or Error{limit} (more
// than 2^28 pixels, or more memory than allowed).
NST_API LoadedImage load_image(const std::string& path, const ReadOptions& options = {});
// load_image without options and without its warnings.
NST_API Image read_image(const std::string& path);
// Decodes the picture in `bytes` as load_image does a file; `name` stands for the file in messages
// and warnings. What a header claims is compared with 2^28 pixels, with what the bytes can hold at
// most and with the memory allowed before anything is allocated for it.
NST_API LoadedImage decode_image(std::span<const std::uint8_t> bytes, const std::string& name,
                                 const ReadOptions& options = {});

// A colour of u8 samples.
struct Colour {
  std::uint8_t red, green, blue;
};
inline constexpr Colour kWhite{255, 255, 255};
// "#rgb", "#rrggbb" or a name of CSS ("white", "RebeccaPurple"). Throws Error{usage}.
NST_API Colour parse_colour(const std::string& text);

// Returns `picture` as it looks on `background`: RGB of the same type. The networks see colours
// alone, those under transparent pixels too: compose a picture with alpha before it is encoded or
// painted. A picture without alpha is copied.
NST_API Image compose(const ImageView& picture, Colour background = kWhite);
// Returns the alpha of a u8 RGBA picture as u8 of one channel, resized as `resize` does colours and
// rounded. Throws Error{usage} for other pictures.
NST_API Image resized_alpha(const ImageView& rgba, int width, int height,
                            Resize method = Resize::smooth);
// Returns u8 RGB and an alpha of the same size (one channel, u8) as RGBA. Throws Error{usage} if
// they are not that.
NST_API Image with_alpha(const ImageView& rgb, const Image& alpha);

// The formats that are written: .png, .jpg or .jpeg, .ppm, .npy.
enum class OutputFormat : std::uint8_t { png, jpeg, ppm, npy };
// The format that the extension of a path names, in any case. Throws Error{usage} for another one.
NST_API OutputFormat output_format(const std::string& path);

// Encodes a picture. JPEG (quality 1..100; colour at full resolution from 90 on, halved below) and
// PPM hold no alpha: a picture with alpha is composed on white. Throws Error{output} if the picture
// does not suit the format (npy wants f32 RGB, the others u8; JPEG sides end at 65500),
// Error{usage} for another quality, Error{limit} if memory ends.
NST_API std::vector<std::uint8_t> encode_image(const ImageView& image, OutputFormat format,
                                               int jpeg_quality = 95);

// Writes a picture by extension: .png, .jpg/.jpeg (quality 1..100), .ppm (both without alpha: it is
// composed on white), all u8; .npy (f32 RGB only: float32 [h, w, 3]). The file appears as by
// write_bytes. Throws Error{usage} for another extension or quality, Error{output} for everything
// else.
NST_API void write_image(const std::string& path, const ImageView& image, int jpeg_quality = 95);

}  // namespace nst
