// Picture codecs on bytes: what load_image and write_image are made of.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/byte_reader.hpp"
#include "nst/nst.hpp"

namespace nst {

// Largest picture that is decoded: 16384 × 16384. A float copy of it takes 3 GiB.
inline constexpr std::uint64_t kMaxPixels = std::uint64_t{1} << 28;

// Decodes the picture in `bytes` as load_image does a file; `name` stands for the file in messages
// and warnings. What a header claims is compared with kMaxPixels, with what the bytes can hold at
// most and with the memory allowed before anything is allocated for it.
//
// Returns u8 RGB, u8 RGBA where the picture has alpha (a GIF: where a pixel is transparent or no
// frame covers it), or f32 RGB (.npy). EXIF orientation is applied. Gamma and colour profiles are
// ignored, as TensorFlow and Pillow do; 16-bit samples are rounded to 8; CMYK is converted without
// a profile.
//
// Throws Error{input} for formats that are not read, which the message names, and for bytes that
// are cut short or so damaged that pixels would be guessed; Error{limit} for too many pixels and
// too much memory.
LoadedImage decode_image(Bytes bytes, const std::string& name, const ReadOptions& options = {});

// Formats by extension of a path (case-insensitive). Throws Error{usage} naming the supported ones.
enum class OutputFormat : std::uint8_t { png, jpeg, ppm, npy };
OutputFormat output_format(const std::string& path);

// Encodes a picture. JPEG (quality 1..100; colour at full resolution from 90 on, halved below) and
// PPM hold no alpha: a picture with alpha is composed on white. Throws Error{output} if the picture
// does not suit the format (npy wants f32 RGB, the others u8; JPEG sides end at 65500),
// Error{usage} for another quality, Error{limit} if memory ends.
std::vector<std::uint8_t> encode_image(const ImageView& image, OutputFormat format,
                                       int jpeg_quality);

}  // namespace nst
