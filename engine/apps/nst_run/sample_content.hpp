// The sample landscape embedded in nst-run (models/samples/content.jpg).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

extern "C" {
// Begin and end of the JPEG file's bytes, which sample_content.S embeds.
extern const std::uint8_t nst_sample_content_begin[];
extern const std::uint8_t nst_sample_content_end[];
}

namespace nst::run {

// Returns the bytes of the JPEG file, in read-only memory for the life of the process.
inline std::span<const std::uint8_t> sample_content() {
  return {nst_sample_content_begin,
          static_cast<std::size_t>(nst_sample_content_end - nst_sample_content_begin)};
}

}  // namespace nst::run
