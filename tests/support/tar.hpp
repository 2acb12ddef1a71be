// Writes tar archives for tests and fuzz targets.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/byte_reader.hpp"

namespace nst::test {

// Returns a ustar archive (POSIX.1-1988) with these files, in this order.
std::vector<std::uint8_t> tar_of(const std::vector<std::pair<std::string, Bytes>>& files);

}  // namespace nst::test
