// Memory planning: takes the lifetimes of all buffers, returns their offsets in one arena.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace nst {

// The size of a buffer and its lifetime: the first and the last step of the program that use it.
struct Lifetime {
  std::size_t floats = 0;
  int first = 0;
  int last = 0;
  // Set for the output of a convolution that overwrites its own input, buffer `tied_to`. This
  // buffer must then lie `distance` floats before buffer `tied_to`, and the two may overlap.
  // `distance` is a multiple of 16, and buffer `tied_to` comes earlier in the list.
  std::optional<std::size_t> tied_to;
  std::size_t distance = 0;
};

// The place of every buffer in the arena, the block of memory that holds them all, and the size of
// the arena.
struct MemoryPlan {
  std::vector<std::size_t> offsets;  // each buffer's offset in floats, a multiple of 16 (64 bytes)
  std::size_t total_floats = 0;
};

// Places the buffers so that two which live at the same step do not overlap, unless they are tied.
// Tied buffers are placed together. Each buffer gets the lowest gap in which it fits. Two orders
// are tried, and the order that gives the smaller arena wins:
//
// - by size, the largest buffer first ("greedy by size", Pisarchyk & Lee 2020, arXiv 2001.03288)
// - by the step of the last use, the latest step first: equal tensors of a sequence then alternate
//   between the same places
//
// Takes O(n²) time for n buffers, or more if large groups of buffers are tied.
MemoryPlan plan_memory(const std::vector<Lifetime>& lifetimes);

}  // namespace nst
