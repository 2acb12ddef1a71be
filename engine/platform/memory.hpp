// The memory that this process may still allocate.
#pragma once

#include <cstdint>

namespace nst {

// Returns the number of bytes that the process may still allocate, limited by its control groups
// and by its address limit (RLIMIT_AS). Returns the largest number if there is no limit. The call
// takes about 50 µs, so make it for large blocks only.
std::uint64_t memory_left();

// Allocations of at least this many bytes are first compared with memory_left(). Linux does not
// refuse memory beyond a control group's limit: it kills the process.
inline constexpr std::uint64_t kLargeAllocation = std::uint64_t{32} << 20;

// Returns false if the process is known to have less than `bytes` of memory left. Returns true for
// small blocks without asking: malloc reports their failure.
bool memory_allows(std::uint64_t bytes);

}  // namespace nst
