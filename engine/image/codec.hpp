// Limits of the picture codecs. The codecs themselves (decode_image, encode_image, output_format)
// are declared in nst/image.hpp.
#pragma once

#include <cstdint>

#include "base/byte_reader.hpp"
#include "nst/image.hpp"

namespace nst {

// The largest picture that is decoded, in pixels: 16384 × 16384. As floats it takes 3 GiB.
inline constexpr std::uint64_t kMaxPixels = std::uint64_t{1} << 28;

}  // namespace nst
