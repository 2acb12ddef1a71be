// The memory that this process may still allocate.
#pragma once

#include <cstdint>

namespace nst {

// Returns the bytes that the process may still allocate: the smaller of what its control groups and
// its address limit (RLIMIT_AS) allow. Returns the largest number if there is no limit. Takes about
// 50 µs, so call it for large blocks only.
std::uint64_t memory_left();

// Smallest allocation, in bytes, that is first compared with memory_left(). Beyond a control
// group's limit the system kills the process instead of refusing.
inline constexpr std::uint64_t kLargeAllocation = std::uint64_t{32} << 20;

// Returns false if it is known that the process may not allocate `bytes` more. Returns true for
// small blocks, for which malloc itself fails if necessary.
bool memory_allows(std::uint64_t bytes);

}  // namespace nst
