// Pictures: types, reading, writing, resizing and alpha.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "nst/export.h"
#include "nst/metadata.hpp"

namespace nst {

// How a sample is stored: u8 is 0..255, f32 is nominally 0..1.
enum class SampleType : std::uint8_t { u8, f32 };

// The order of a pixel's samples. Alpha, if present, is the last channel and not premultiplied.
enum class PixelFormat : std::uint8_t {
  rgb,    // interleaved samples R, G, B (3 channels) or R, G, B, alpha (4)
  bgr,    // interleaved B, G, R (3) or B, G, R, alpha (4): most screens and video APIs
  grey,   // grey (1 channel), or grey and alpha (2)
  planar  // separate planes of R, G, B (3) and alpha (4)
};

// A picture in memory owned by the caller. It has `height` rows, from the top, of `width` pixels
// with `channels` samples each. The caller keeps `data` alive during the call. Painting, encoding,
// compose and resize accept every format; the other functions accept only interleaved RGB and RGBA.
struct ImageView {
  const void* data = nullptr;
  int width = 0;
  int height = 0;
  int channels = 3;
  SampleType type = SampleType::u8;
  // Bytes from the start of a row to the start of the next row. It is negative if the rows are
  // stored from the bottom up. 0: the rows follow each other without gaps.
  std::ptrdiff_t row_stride_bytes = 0;
  PixelFormat format = PixelFormat::rgb;
  // Bytes from the start of a plane to the start of the next plane. 0: the planes follow each other
  // without gaps.
  std::ptrdiff_t plane_stride_bytes = 0;
};

// The caller's memory into which a picture is written: RGB or BGR (3 channels), or RGBA or BGRA (4
// channels).
struct MutableImageView {
  void* data = nullptr;
  int width = 0;
  int height = 0;
  int channels = 3;
  SampleType type = SampleType::u8;
  std::ptrdiff_t row_stride_bytes = 0;  // bytes from one row to the next; 0: rows without gaps
  PixelFormat format = PixelFormat::rgb;
};

// A picture that owns its memory. Its rows follow each other without gaps.
struct Image {
  int width = 0;
  int height = 0;
  int channels = 3;
  SampleType type = SampleType::u8;
  // The samples: height · width · channels values of `type`. The memory is aligned for float.
  std::vector<std::uint8_t> bytes;

  Image() = default;
  // Makes a picture of zeros. Throws Error{limit} if the picture does not fit in memory,
  // Error{usage} if a side is not positive.
  NST_API Image(int width, int height, int channels, SampleType type);

  // Returns width · height · channels.
  std::size_t sample_count() const {
    return static_cast<std::size_t>(width) * static_cast<std::size_t>(height) *
           static_cast<std::size_t>(channels);
  }
  // Return a pointer to the samples: f32() for pictures of type f32, u8() for pictures of type u8.
  float* f32() { return reinterpret_cast<float*>(bytes.data()); }
  const float* f32() const { return reinterpret_cast<const float*>(bytes.data()); }
  std::uint8_t* u8() { return bytes.data(); }
  const std::uint8_t* u8() const { return bytes.data(); }
  // Returns a view of the picture, valid as long as the picture is not changed.
  ImageView view() const { return {bytes.data(), width, height, channels, type, 0}; }
  // Returns a view through which a painting can be written into this picture's memory.
  MutableImageView target() { return {bytes.data(), width, height, channels, type, 0}; }
};

// The resize method that brings a picture to the network's input size.
enum class Resize : std::uint8_t {
  smooth,  // antialiased bilinear: a triangle filter that is wider for larger reductions
  tf,      // tf.image.resize of TensorFlow 2: bilinear, half-pixel centres, no antialiasing
  tf1      // resize_bilinear of TensorFlow 1: as tf, but pixel x is read at x · scale
};

// Returns `image` resized to width × height, as f32 RGB in 0..1. u8 samples are divided by 255 and
// alpha is dropped. If the picture already has this size, no method changes its samples. Throws
// Error{usage} for an empty size, Error{limit} if the result does not fit in memory.
NST_API Image resize(const ImageView& image, int width, int height, Resize method = Resize::smooth);

// Width and height in pixels.
struct Size {
  int width = 0;
  int height = 0;
  bool operator==(const Size&) const = default;
};

// The rule that gives the size of a resized picture. There are three rules: the picture's own size
// (default), a given shorter side with the aspect kept, or two given sides.
struct SizeRule {
  int shorter_side = 0;
  // Both sides. Used only if shorter_side is 0. {0, 0} means the picture's own size.
  Size exact = {};
};

// Returns the size that `rule` gives for a picture of size `picture`. A shorter side N follows
// Magenta's image_utils.resize_image. Each side is multiplied by N / shorter side in float32, and
// its fraction is cut off. So the shorter side can become N - 1. Throws Error{usage} for a negative
// side, Error{limit} for more than 2^28 pixels.
NST_API Size apply(const SizeRule& rule, Size picture);

// How a float sample becomes a byte on output. nearest rounds half up; truncate cuts the fraction
// off, as NumPy's (x * 255).astype(uint8) does. Both clamp to 0..255; NaN becomes 0.
enum class Quantise : std::uint8_t { nearest, truncate };
// Returns `image` with u8 samples and the same channels. A u8 picture is copied.
NST_API Image to_u8(const ImageView& image, Quantise method = Quantise::nearest);

// Limits and options for reading a picture.
struct ReadOptions {
  // Largest memory for decoding in bytes, including the decoded picture. The size in the file's
  // header is checked against this limit before memory is allocated. 0 means the larger of 400 MiB
  // and 16 times the file's size.
  std::size_t max_memory_bytes = 0;
  // Allows a smaller decoding of a JPEG or WebP that needs more memory than max_memory_bytes. The
  // picture is decoded at 1/2, 1/4 or 1/8 of its size. Its shorter side keeps at least this many
  // pixels. Useful for styles, which are resized anyway. 0 means that all pictures are decoded at
  // full size.
  int least_side = 0;
  // True: decodes pixels as TensorFlow does. EXIF orientation and colour profiles are ignored, and
  // no metadata is read. 16-bit samples are cut to 8 bits instead of rounded (but rounded in builds
  // without libpng).
  bool as_tensorflow = false;
  // True: colours are not converted to sRGB; the samples are those of the file.
  bool ignore_profile = false;
  // True: a JPEG, PNG or TIFF that is cut off or damaged is accepted. The result has the pixels
  // that can be decoded; the others are grey or have arbitrary values. A warning says how much is
  // missing.
  bool damaged = false;
};

// A picture with its file's metadata and with warnings about the file. A warning reports a colour
// profile that is not used, or damage that changes no pixel. With ReadOptions::damaged, a warning
// also reports missing pixels. Each warning is one line of text for the user and begins with the
// file's name. Most files give no warning.
struct LoadedImage {
  Image image;
  std::vector<std::string> warnings;
  Metadata metadata = {};
};

// Reads a picture file. The format is recognised by the content, not by the extension:
//
// - JPEG; PNG of every depth and colour type; BMP; TGA; GIF (first frame); PBM, PGM, PPM
// - if the build has their libraries: TIFF (first page), WebP (first frame), HEIC and AVIF
// - .npy: a float32 array [h, w, 3] with values in 0..1, or at most 0.5 outside; the result is f32
//
// EXIF orientation is applied. Colours are converted to sRGB by the file's ICC profile (perceptual
// intent) or code points; a PNG's gamma is ignored. Returns u8 RGB, u8 RGBA or f32 RGB. Throws
// Error{input} if the file cannot be read, has another format, or is cut off. Also throws
// Error{input} if damage leaves pixels that could only be guessed. Throws Error{limit} for more
// than 2^28 pixels or more memory than allowed.
NST_API LoadedImage load_image(const std::string& path, const ReadOptions& options = {});
// Reads a picture file as load_image does, with default options. Warnings are dropped.
NST_API Image read_image(const std::string& path);
// Decodes a picture file in memory as load_image does. Messages and warnings call the file `name`.
// The size in the header is checked before memory is allocated. It must not exceed 2^28 pixels, the
// number of pixels that `bytes` can contain, or the memory allowed.
NST_API LoadedImage decode_image(std::span<const std::uint8_t> bytes, const std::string& name,
                                 const ReadOptions& options = {});

// An opaque colour with u8 samples.
struct Colour {
  std::uint8_t red, green, blue;
};
inline constexpr Colour kWhite{255, 255, 255};
// Returns the colour of "#rgb", "#rrggbb" or a CSS colour name ("white", "RebeccaPurple"). Throws
// Error{usage} for any other text.
NST_API Colour parse_colour(const std::string& text);

// Returns `picture` composed on `background`, as RGB of the same sample type. A picture without
// alpha is copied. Model and Session ignore alpha and would use the hidden colours of transparent
// pixels. So compose a picture with alpha before you call them; nst::paint composes by itself.
NST_API Image compose(const ImageView& picture, Colour background = kWhite);
// Returns the alpha of a u8 RGBA picture, resized to width × height by `method`. The result is u8
// with one channel. Throws Error{usage} for any other picture.
NST_API Image resized_alpha(const ImageView& rgba, int width, int height,
                            Resize method = Resize::smooth);
// Joins a u8 RGB picture and a u8 alpha picture (one channel, same size) into an RGBA picture.
// Throws Error{usage} for any other pair.
NST_API Image with_alpha(const ImageView& rgb, const Image& alpha);

// The file formats that can be written: .png, .jpg or .jpeg, .ppm, .npy, .tif or .tiff, .webp.
enum class OutputFormat : std::uint8_t { png, jpeg, ppm, npy, tiff, webp };
// Returns the format that a path's extension names, in upper or lower case. Throws Error{usage} for
// an unknown extension.
NST_API OutputFormat output_format(const std::string& path);

// The resolution at which a JPEG stores colour: full (s444), half width (s422), or half width and
// half height (s420). automatic means s444 from quality 90 on and s420 below.
enum class Subsampling : std::uint8_t { automatic, s444, s422, s420 };

// How a picture is written to a file.
struct EncodeOptions {
  // Quality of JPEG and WebP files, 1 to 100. A WebP file of quality 100 is lossless.
  int quality = 95;
  Subsampling subsampling = Subsampling::automatic;
  // True: writes a progressive JPEG, which viewers show first coarsely while it loads. It is a few
  // percent smaller and takes longer to write.
  bool progressive = false;
  // Bits of a sample in the file: 8, or 16 for PNG and TIFF only. With 16 bits, the picture may be
  // u8 or f32. Float samples are rounded to nearest.
  int depth = 8;
  // Metadata to write, for example the LoadedImage::metadata of the content. Must stay valid during
  // the call. null: no metadata. PPM and .npy files cannot contain metadata.
  const Metadata* metadata = nullptr;
  KeepMetadata keep = KeepMetadata::safe;
  // Number of threads that compress a PNG; 0: as many as this process may use. The file is the same
  // for any number. All other formats are written by one thread.
  int threads = 0;
};

// Encodes a picture and returns the file's bytes. The file states that its colours are sRGB: PNG by
// its sRGB chunk, JPEG, TIFF and WebP by a small profile (in builds with lcms2). JPEG and PPM
// cannot store alpha, so a picture with alpha is composed on white.
//
// - Throws Error{output} if the picture does not suit the format. .npy needs f32 RGB; all other
//   formats need u8, unless the depth is 16. A JPEG has at most 65500 pixels per side, a WebP
//   16383.
// - Throws Error{usage} for options or strides outside their range, for a depth of 16 in another
//   format than PNG and TIFF, and for a format that this build cannot write.
// - Throws Error{limit} if memory runs out.
NST_API std::vector<std::uint8_t> encode_image(const ImageView& image, OutputFormat format,
                                               const EncodeOptions& options);
// Encodes a picture with this quality and otherwise default options.
NST_API std::vector<std::uint8_t> encode_image(const ImageView& image, OutputFormat format,
                                               int quality = 95);

// Encodes a picture in the format of the path's extension and writes it to a file. Throws what
// encode_image throws, with the path before the message. The file is written as by write_bytes.
// Throws Error{usage} for an unknown extension, Error{output} if writing fails.
NST_API void write_image(const std::string& path, const ImageView& image,
                         const EncodeOptions& options);
// Writes a picture file with this quality and otherwise default options.
NST_API void write_image(const std::string& path, const ImageView& image, int quality = 95);

}  // namespace nst
