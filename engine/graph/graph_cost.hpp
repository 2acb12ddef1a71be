// The cost of a graph, computed before lowering: bytes of its tensors, and multiply-accumulates.
#pragma once

#include <cstdint>

#include "graph/graph.hpp"

namespace nst {

std::uint64_t tensor_bytes(const Shape& shape);

// Returns the number of multiply-accumulates that a convolution's definition needs for out_h ×
// out_w output pixels.
std::uint64_t multiply_adds(const kernels::ConvSpec& spec, int out_h, int out_w);

// Returns the number of multiply-accumulates that the definitions of all convolutions need. This
// equals Program::mac.
std::uint64_t multiply_adds(const Graph& graph);

// Returns a lower bound in bytes for the memory of every plan in MemoryMode::fastest. The bound is
// the size of the largest convolution output that an instance norm reads. If the input of this
// convolution is normalised too, the input's size is added.
std::uint64_t least_fast_bytes(const Graph& graph);

}  // namespace nst
