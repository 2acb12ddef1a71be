// Declares the decoders and encoders that codec.cpp calls. Each library or format has its own
// source file.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/byte_reader.hpp"
#include "image/exif.hpp"
#include "nst/error.hpp"
#include "nst/image.hpp"

namespace nst::codec {

// One picture file, and the checks that every decoder makes.
struct Input {
  Bytes bytes;
  const std::string& name;
  const ReadOptions& options;
  std::vector<std::string>& warnings;  // warnings, each of which begins with `name`

  // Returns the orientation from the file's EXIF block, or 1 if orientation is not to be applied.
  int orientation(Bytes exif) const { return options.as_tensorflow ? 1 : exif_orientation(exif); }

  ByteReader reader() const { return ByteReader(bytes, name, ErrorCode::input); }
  void warn(const std::string& what) const { warnings.push_back(name + ": " + what); }

  // Checks a size that the file's header claims. `most_pixels` is the most that a file of this
  // length can hold in its format; a file that claims more is damaged or hostile. Throws
  // Error{input} or Error{limit}.
  void check_size(std::uint64_t width, std::uint64_t height, std::uint64_t most_pixels) const;

  // Returns the bytes that decoding may take: ReadOptions::max_memory_bytes or the default.
  std::uint64_t memory_limit() const;
  // Throws Error{limit} if `needed` bytes, picture included, exceed memory_limit().
  void check_memory(std::uint64_t needed) const;

  // Throws Error{input} "<name>: damaged <format> picture (<reason>); get it again …".
  [[noreturn]] void fail_damaged(const char* format, const std::string& reason) const;
  // Throws Error{input} "<name>: <what> is not read; <advice>", for an intact file of an
  // unsupported kind.
  [[noreturn]] void fail_unread(const std::string& what,
                                const std::string& advice = "convert it to PNG or JPEG") const;
};

// Decode one format each; the caller has checked the signature. Throw as decode_image does. JPEG
// and PNG are decoded by libjpeg and libpng if the build has them, else by stb_image, and turned
// upright. The other formats are decoded here.
Image decode_jpeg(const Input& input);
Image decode_png(const Input& input);
Image decode_bmp(const Input& input);
Image decode_tga(const Input& input);
Image decode_gif(const Input& input);
Image decode_pnm(const Input& input);

// The warning for a picture that lacks only its end marker.
inline constexpr const char* kNoEnd =
    "the end marker is missing; all pixels are there, but what followed them may be lost";

// Returns true if the bytes look like a TGA header; the format has no signature.
bool looks_like_tga(Bytes bytes);
// Returns true if the bytes begin with "P1" to "P6" and white space or a comment.
bool is_pnm(Bytes bytes);

// Throws Error{input} that says what the bytes are, if that is known, and what to do.
[[noreturn]] void fail_unknown(const Input& input);

// Inflates the beginning of a zlib stream to `out` and returns the number of bytes written. For a
// damaged stream, `out` gets the bytes before the damage; zeros may replace an incomplete part. The
// size of `out` limits the work.
std::size_t inflate_prefix(Bytes stream, std::uint8_t* out, std::size_t size);

// Encode a valid u8 picture of 3 or 4 channels. JPEG and PNM compose alpha on white.
std::vector<std::uint8_t> encode_jpeg(const ImageView& image, int quality);
std::vector<std::uint8_t> encode_png(const ImageView& image);
std::vector<std::uint8_t> encode_pnm(const ImageView& image);

// Returns row y of a u8 picture.
inline const std::uint8_t* row_u8(const ImageView& image, int y) {
  const std::ptrdiff_t stride = image.row_stride_bytes != 0
                                    ? image.row_stride_bytes
                                    : std::ptrdiff_t{image.width} * image.channels;
  return static_cast<const std::uint8_t*>(image.data) + stride * y;
}

// Writes row y of a u8 picture to rgb[3 * width], composed on white if it has alpha.
void copy_rgb_row(const ImageView& image, int y, std::uint8_t* rgb);

// Returns a sample of 0..top as 0..255, rounded to nearest. sample * 255 must not overflow.
inline std::uint8_t scale_to_byte(std::uint64_t sample, std::uint64_t top) {
  return static_cast<std::uint8_t>((sample * 255 + top / 2) / top);
}

// Returns the picture without alpha if its alpha is 0 everywhere. Programs that do not know alpha
// write such files.
Image opaque_if_invisible(Image picture);

}  // namespace nst::codec
