// The cost of a graph before lowering: bytes of tensors and multiplications.
#pragma once

#include <cstdint>

#include "graph/graph.hpp"

namespace nst {

std::uint64_t tensor_bytes(const Shape& shape);

// Returns the multiply-accumulates of out_h × out_w output pixels of a convolution, by its
// definition.
std::uint64_t multiply_adds(const kernels::ConvSpec& spec, int out_h, int out_w);

// Returns the multiply-accumulates of all convolutions of the graph, by their definition. Equal to
// Program::mac.
std::uint64_t multiply_adds(const Graph& graph);

// Returns a lower bound of the memory of every MemoryMode::fastest plan, in bytes: the largest
// output of a normalised convolution, plus its input if that is normalised too.
std::uint64_t least_fast_bytes(const Graph& graph);

}  // namespace nst
