// Declares the decoders and encoders that codec.cpp calls. There is one source file for each
// library or format.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/byte_reader.hpp"
#include "image/exif.hpp"
#include "nst/error.hpp"
#include "nst/image.hpp"

namespace nst::codec {

// A picture file that is being decoded, and the checks that all decoders share.
struct Input {
  Bytes bytes;
  const std::string& name;
  const ReadOptions& options;
  std::vector<std::string>& warnings;  // list of warnings; each begins with `name`
  Metadata& metadata;                  // the file's metadata, which the decoder fills in

  // Returns the orientation that an EXIF block states. Returns 1 if the options ignore the
  // orientation.
  int orientation(Bytes exif) const { return options.as_tensorflow ? 1 : exif_orientation(exif); }

  // Returns true if the options forbid the conversion of samples to sRGB.
  bool ignores_profile() const { return options.as_tensorflow || options.ignore_profile; }

  ByteReader reader() const { return ByteReader(bytes, name, ErrorCode::input); }
  void warn(const std::string& what) const { warnings.push_back(name + ": " + what); }

  // Checks a size that the file's header states. `most_pixels` is the most that a file of this
  // length can hold in its format. A header that states more belongs to a damaged or hostile file.
  // Throws Error{input} or Error{limit}.
  void check_size(std::uint64_t width, std::uint64_t height, std::uint64_t most_pixels) const;

  // Returns the number of bytes that decoding may take: ReadOptions::max_memory_bytes, or the
  // default limit if that is 0.
  std::uint64_t memory_limit() const;
  // Throws Error{limit} if decoding needs more than memory_limit(). `needed` is in bytes and
  // includes the picture.
  void check_memory(std::uint64_t needed) const;

  // Throws Error{input} "<name>: damaged <format> picture (<reason>); get it again …". If has_more
  // is true, the decoder can do without the damaged part; the message then names the option for
  // that.
  [[noreturn]] void fail_damaged(const char* format, const std::string& reason,
                                 bool has_more = false) const;
  // Warns that `missing` of `total` parts of the picture, such as rows, are missing. Does nothing
  // if `missing` is 0.
  void warn_missing(std::uint64_t missing, std::uint64_t total) const;
  // Throws Error{input} "<name>: <what> is not read; <advice>", for an intact file of a kind that
  // NST does not support.
  [[noreturn]] void fail_unread(const std::string& what,
                                const std::string& advice = "convert it to PNG or JPEG") const;
};

// Functions that decode one format each. The caller has checked the signature. They throw the same
// errors as decode_image. decode_jpeg and decode_png use libjpeg and libpng, or stb_image in builds
// without these libraries, and turn the picture upright. The other four are NST's own code.
Image decode_jpeg(const Input& input);
Image decode_png(const Input& input);
Image decode_bmp(const Input& input);
Image decode_tga(const Input& input);
Image decode_gif(const Input& input);
Image decode_pnm(const Input& input);
// In builds without libtiff, libwebp or libheif, the function that needs the library throws
// Error{input}, which names the library.
Image decode_tiff(const Input& input);
Image decode_webp(const Input& input);
Image decode_heif(const Input& input);

// The value of every sample of a pixel that is missing in a damaged file.
inline constexpr std::uint8_t kMissingGrey = 128;

// The text of the warning for a picture file without its end marker.
inline constexpr const char* kNoEnd =
    "the end marker is missing; all pixels are there, but what followed them may be lost";

// Returns true if the bytes look like a TGA header. TGA has no signature, so the header's fields
// decide.
bool looks_like_tga(Bytes bytes);
// Returns true if the bytes begin with "P1" to "P6", followed by white space or a comment.
bool is_pnm(Bytes bytes);

// Returns true if the bytes begin as a TIFF or BigTIFF file that holds a picture, and not a
// camera's raw data that only looks like TIFF.
bool is_tiff(Bytes bytes);
// Returns true if the bytes are an ISO base media file with a brand of HEIF pictures: HEIC, AVIF.
bool is_heif(Bytes bytes);
// Returns the name of a HEIF file's format: "AVIF" or "HEIC".
const char* heif_name(Bytes bytes);

// Throws Error{input} for a file that no decoder reads. The message names the file's format, if it
// is recognised, and what to do.
[[noreturn]] void fail_unknown(const Input& input);

// Inflates a zlib stream to `out` until `out` is full. Returns the number of bytes written. If the
// stream is damaged, `out` gets the bytes before the damage, and zeros may follow them. The size of
// `out` limits the work.
std::size_t inflate_prefix(Bytes stream, std::uint8_t* out, std::size_t size);

// Functions that encode a valid picture of 3 or 4 channels: u8, or f32 for a depth of 16. JPEG and
// PNM get the picture composed on white if it has alpha.
std::vector<std::uint8_t> encode_jpeg(const ImageView& image, const EncodeOptions& options);
std::vector<std::uint8_t> encode_png(const ImageView& image, const EncodeOptions& options);
std::vector<std::uint8_t> encode_tiff(const ImageView& image, const EncodeOptions& options);
std::vector<std::uint8_t> encode_webp(const ImageView& image, const EncodeOptions& options);
std::vector<std::uint8_t> encode_pnm(const ImageView& image);

// Returns the samples of row y of a u8 picture.
inline const std::uint8_t* row_u8(const ImageView& image, int y) {
  const std::ptrdiff_t stride = image.row_stride_bytes != 0
                                    ? image.row_stride_bytes
                                    : std::ptrdiff_t{image.width} * image.channels;
  return static_cast<const std::uint8_t*>(image.data) + stride * y;
}

// Writes the samples of row y with 16 bits each: u8 times 257, f32 times 65535, rounded to nearest.
void row_u16(const ImageView& image, int y, std::uint16_t* out);

// Writes row y of a u8 picture to rgb[3 * width], composed on white if it has alpha.
void copy_rgb_row(const ImageView& image, int y, std::uint8_t* rgb);

// Converts a sample of 0..top to 0..255, rounded to nearest. sample * 255 must not overflow.
inline std::uint8_t scale_to_byte(std::uint64_t sample, std::uint64_t top) {
  return static_cast<std::uint8_t>((sample * 255 + top / 2) / top);
}

// Returns the picture without alpha if its alpha is 0 everywhere. Programs that do not know alpha
// write 0 there and mean an opaque picture.
Image opaque_if_invisible(Image picture);

}  // namespace nst::codec
