// Where each temporary tensor lives: lifetimes in, offsets in one arena out.
#pragma once

#include <cstddef>
#include <vector>

namespace nst {

// A buffer that is written and read by the steps first..last (inclusive).
struct Lifetime {
  std::size_t floats = 0;
  int first = 0;
  int last = 0;
};

struct MemoryPlan {
  std::vector<std::size_t> offsets;  // floats, multiples of 16 (64 bytes), one per lifetime
  std::size_t total_floats = 0;
};

// Places the buffers so that no two that live at the same step overlap: largest first, each in the
// lowest gap that fits (the "greedy by size" order of Pisarchyk & Lee 2020, arXiv 2001.03288).
// O(n²) in the number of buffers.
MemoryPlan plan_memory(const std::vector<Lifetime>& lifetimes);

}  // namespace nst
