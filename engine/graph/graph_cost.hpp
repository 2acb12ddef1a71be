// What a graph costs, known before it is lowered.
#pragma once

#include <cstdint>

#include "graph/graph.hpp"

namespace nst {

// Returns the multiply-accumulates of the graph's convolutions by their definition: Program::mac.
std::uint64_t multiply_adds(const Graph& graph);

// Returns bytes that every plan of MemoryMode::fastest stores at once: the output of a normalised
// convolution and, where that convolution reads a normalised value, what it reads. A lower bound.
std::uint64_t least_fast_bytes(const Graph& graph);

}  // namespace nst
