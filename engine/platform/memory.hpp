// How much memory this process may still take.
#pragma once

#include <cstdint>

namespace nst {

// Bytes that the process's control groups and its limit of addresses (RLIMIT_AS) still grant it,
// the less of the two; the largest number where nothing limits it. Takes some 50 µs: for large
// blocks.
std::uint64_t memory_left();

// Allocations from this size on are compared with memory_left() first: beyond a control group's
// limit the system kills the process instead of refusing.
inline constexpr std::uint64_t kLargeAllocation = std::uint64_t{32} << 20;

// False if `bytes` more are known to be more than the process may take. True for small blocks, of
// which the system itself says so.
bool memory_allows(std::uint64_t bytes);

}  // namespace nst
