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
  // >= 0: this buffer lies `distance` floats (a multiple of 16) before that one, which stands
  // earlier in the list; the two may overlap.
  int tied_to = -1;
  std::size_t distance = 0;
};

struct MemoryPlan {
  std::vector<std::size_t> offsets;  // floats, multiples of 16 (64 bytes), one per lifetime
  std::size_t total_floats = 0;
};

// Places the buffers so that no two that live at the same step overlap, unless they are tied; tied
// ones are placed together. Each goes to the lowest gap that fits, in two orders of which the
// better result counts: largest first (the "greedy by size" of Pisarchyk & Lee 2020, arXiv
// 2001.03288), and last to die first, which lets equal tensors of a chain take turns in the same
// places. O(n²) in the number of buffers but for pathological ties.
MemoryPlan plan_memory(const std::vector<Lifetime>& lifetimes);

}  // namespace nst
