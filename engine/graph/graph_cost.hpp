// What a graph costs, known before it is lowered.
#pragma once

#include <cstdint>

#include "graph/graph.hpp"

namespace nst {

std::uint64_t tensor_bytes(const Shape& shape);

// Returns the multiply-accumulates of a convolution's out_h × out_w pixels, by its definition.
std::uint64_t multiply_adds(const kernels::ConvSpec& spec, int out_h, int out_w);

// Returns the multiply-accumulates of the graph's convolutions by their definition: Program::mac.
std::uint64_t multiply_adds(const Graph& graph);

// Returns bytes that every plan of MemoryMode::fastest stores at once: the output of a normalised
// convolution and, where that convolution reads a normalised value, what it reads. A lower bound.
std::uint64_t least_fast_bytes(const Graph& graph);

}  // namespace nst
