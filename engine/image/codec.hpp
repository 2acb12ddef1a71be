// Picture codecs on bytes: what read_image and write_image are made of.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/byte_reader.hpp"
#include "nst/nst.hpp"

namespace nst {

// Largest picture that is decoded: 16384 × 16384. A float copy of it takes 3 GiB.
inline constexpr std::uint64_t kMaxPixels = std::uint64_t{1} << 28;

// Decodes by content: JPEG, PNG, BMP, TGA, GIF (first frame), binary PPM and PGM, .npy. Returns u8
// RGB, u8 RGBA where the file has an alpha channel (a GIF: where a pixel is transparent), or f32
// RGB
// (.npy: finite values, as stored). EXIF orientation is applied; gamma and colour profiles are
// ignored, as TensorFlow and Pillow do; 16-bit samples are rounded to 8; CMYK is converted without
// a profile. `name` appears in messages. The claimed size is compared with kMaxPixels and with what
// the file's length can hold before pixels are allocated. Throws Error{input} for unknown formats
// and for files that are cut short or so damaged that pixels would be guessed, Error{limit} for too
// many pixels.
Image decode_image(Bytes bytes, const std::string& name);

// Formats by extension of a path (case-insensitive). Throws Error{usage} naming the supported ones.
enum class OutputFormat : std::uint8_t { png, jpeg, ppm, npy };
OutputFormat output_format(const std::string& path);

// Encodes a picture. JPEG (quality 1..100; colour at full resolution from 90 on, halved below) and
// PPM drop alpha. Throws Error{output} if the picture does not suit the format (npy wants f32 RGB,
// the others u8; JPEG sides end at 65500), Error{usage} for another quality.
std::vector<std::uint8_t> encode_image(const ImageView& image, OutputFormat format,
                                       int jpeg_quality);

}  // namespace nst
