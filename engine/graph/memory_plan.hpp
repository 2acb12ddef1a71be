// Memory planning: takes the lifetimes of all buffers, returns their offsets in one arena.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace nst {

// A buffer that the steps first..last (inclusive) use.
struct Lifetime {
  std::size_t floats = 0;
  int first = 0;
  int last = 0;
  // If set: this buffer must lie `distance` floats (a multiple of 16) before buffer `tied_to`,
  // which comes earlier in the list. The two may overlap.
  std::optional<std::size_t> tied_to;
  std::size_t distance = 0;
};

// The offset of every buffer, and the size of the arena.
struct MemoryPlan {
  std::vector<std::size_t> offsets;  // each buffer's offset in floats, a multiple of 16 (64 bytes)
  std::size_t total_floats = 0;
};

// Places the buffers so that two which live at the same step do not overlap, unless they are tied.
// Tied buffers are placed together. Each buffer gets the lowest gap that fits. Two orders are tried
// and the smaller arena wins:
//
// - largest first ("greedy by size", Pisarchyk & Lee 2020, arXiv 2001.03288)
// - last to die first, which lets equal tensors of a sequence take turns in the same places
//
// O(n²) in the number of buffers, except for pathological ties.
MemoryPlan plan_memory(const std::vector<Lifetime>& lifetimes);

}  // namespace nst
