// The decoders and encoders behind codec.hpp, one translation unit per library or format.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/byte_reader.hpp"
#include "image/exif.hpp"
#include "nst/error.hpp"
#include "nst/image.hpp"

namespace nst::codec {

// One file on its way to a picture, and the checks that every decoder makes of it.
struct Input {
  Bytes bytes;
  const std::string& name;
  const ReadOptions& options;
  std::vector<std::string>& warnings;  // each begins with the name

  // Which way is up, by the EXIF block of the file: 1 where that is not asked for.
  int orientation(Bytes exif) const { return options.as_tensorflow ? 1 : exif_orientation(exif); }

  ByteReader reader() const { return ByteReader(bytes, name, ErrorCode::input); }
  void warn(const std::string& what) const { warnings.push_back(name + ": " + what); }

  // Checks a size that the file claims. `most_pixels` is what a file of this length can hold at
  // most in its format: a small file that claims a huge picture is damaged or hostile. Throws
  // Error{input} or Error{limit}.
  void check_size(std::uint64_t width, std::uint64_t height, std::uint64_t most_pixels) const;

  // Memory that decoding may take: ReadOptions::max_memory_bytes or its default.
  std::uint64_t memory_limit() const;
  // Throws Error{limit} if `needed` bytes, the picture included, are more than that.
  void check_memory(std::uint64_t needed) const;

  // Error{input} "<name>: damaged <format> picture (<reason>); get it again …".
  [[noreturn]] void fail_damaged(const char* format, const std::string& reason) const;
  // Error{input} "<name>: <what> is not read; <advice>": a sound file of a kind that is not read.
  [[noreturn]] void fail_unread(const std::string& what,
                                const std::string& advice = "convert it to PNG or JPEG") const;
};

// Each decodes one format (the caller has looked at the signature) and throws as decode_image does.
// JPEG and PNG come from libjpeg and libpng where the build has them, otherwise from stb_image;
// the others are decoded here. JPEG and PNG come upright.
Image decode_jpeg(const Input& input);
Image decode_png(const Input& input);
Image decode_bmp(const Input& input);
Image decode_tga(const Input& input);
Image decode_gif(const Input& input);
Image decode_pnm(const Input& input);

// The warning for a picture that is whole but for its end marker.
inline constexpr const char* kNoEnd =
    "the end marker is missing; all pixels are there, but what followed them may be lost";

// TGA has no signature: true if the header makes sense as one.
bool looks_like_tga(Bytes bytes);
// True for "P1" to "P6" and white space or a comment.
bool is_pnm(Bytes bytes);

// Throws Error{input} that names what the bytes are, where they are something known, and says what
// to do.
[[noreturn]] void fail_unknown(const Input& input);

// Inflates the beginning of a zlib stream to `out` and returns how many bytes of it were written;
// a damaged stream gives what comes before the damage, and zeros may stand for what does not fit
// whole. The work is bounded by the size of `out`.
std::size_t inflate_prefix(Bytes stream, std::uint8_t* out, std::size_t size);

// Each takes a valid u8 picture of 3 or 4 channels; JPEG and PNM compose alpha on white.
std::vector<std::uint8_t> encode_jpeg(const ImageView& image, int quality);
std::vector<std::uint8_t> encode_png(const ImageView& image);
std::vector<std::uint8_t> encode_pnm(const ImageView& image);

// Row y of a u8 picture.
inline const std::uint8_t* row_u8(const ImageView& image, int y) {
  const std::ptrdiff_t stride = image.row_stride_bytes != 0
                                    ? image.row_stride_bytes
                                    : std::ptrdiff_t{image.width} * image.channels;
  return static_cast<const std::uint8_t*>(image.data) + stride * y;
}

// Writes row y of a u8 picture, composed on white if it has alpha, to rgb[3 * width].
void copy_rgb_row(const ImageView& image, int y, std::uint8_t* rgb);

// A sample of 0..top as 0..255, rounded to nearest; the product must not overflow.
inline std::uint8_t scale_to_byte(std::uint64_t sample, std::uint64_t top) {
  return static_cast<std::uint8_t>((sample * 255 + top / 2) / top);
}

// A picture whose alpha is 0 everywhere made opaque, as programs write it that know no alpha.
Image opaque_if_invisible(Image picture);

}  // namespace nst::codec
