// Limits of the picture codecs; nst.hpp declares them (decode_image, encode_image, output_format).
#pragma once

#include <cstdint>

#include "base/byte_reader.hpp"
#include "nst/image.hpp"

namespace nst {

// Largest picture that is decoded: 16384 × 16384. A float copy of it takes 3 GiB.
inline constexpr std::uint64_t kMaxPixels = std::uint64_t{1} << 28;

}  // namespace nst
