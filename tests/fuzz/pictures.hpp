// Decodes fuzzed bytes as a picture. The fuzz targets of all picture formats use it.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "fuzz/fuzz.hpp"
#include "image/codec_impl.hpp"

namespace nst::fuzz {

// Decodes `bytes` with the given decoder. The last byte chooses the decoder's options.
inline void decode(Image (*decoder)(const codec::Input&), Bytes bytes) {
  must_answer([&] {
    const std::string name = "picture";
    const unsigned chosen = bytes.empty() ? 0 : bytes.back();
    ReadOptions options;
    // Most inputs may use only 1 MiB, because clearing the memory of large pictures would take most
    // of the time. One input in 16 may use 16 MiB.
    options.max_memory_bytes = std::size_t{chosen >> 4 == 5 ? 16u : 1u} << 20;
    options.as_tensorflow = (chosen & 1) != 0;
    options.least_side = (chosen & 2) != 0 ? 16 : 0;
    options.damaged = (chosen & 4) != 0;
    std::vector<std::string> warnings;
    Metadata metadata;
    const Image image = decoder({bytes, name, options, warnings, metadata});
    // Reads every sample, so that MemorySanitizer reports samples that the decoder did not write.
    if (std::count(image.bytes.begin(), image.bytes.end(), 1) < 0) std::abort();
  });
}

}  // namespace nst::fuzz
