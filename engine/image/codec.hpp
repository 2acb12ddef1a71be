// Picture codecs on bytes: what read_image and write_image are made of.
#pragma once

#include <string>
#include <vector>

#include "base/byte_reader.hpp"
#include "nst/nst.hpp"

namespace nst {

// Decodes by content. `name` appears in messages. EXIF orientation applied. Sizes are checked (≤
// kMaxPixels) before pixels are allocated. Throws Error{input} or Error{limit}.
Image decode_image(Bytes bytes, const std::string& name);

// Formats by extension of a path (case-insensitive). Throws Error{usage} naming the supported ones.
enum class OutputFormat { png, jpeg, ppm, npy };
OutputFormat output_format(const std::string& path);

// Throws Error{output} if the picture does not suit the format (JPEG and PPM drop alpha; npy wants
// f32 RGB, the others u8).
std::vector<std::uint8_t> encode_image(const ImageView& image, OutputFormat format,
                                       int jpeg_quality);

inline constexpr std::uint64_t kMaxPixels = std::uint64_t{1} << 28;

}  // namespace nst
