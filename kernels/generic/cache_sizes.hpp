// The cache sizes that limit how large a block may be.
#pragma once

#include <cstddef>

namespace nst::kernels {
namespace {

// Assumed size of L2, in floats: 1 MiB, as in the measured processors with AVX-512.
constexpr std::size_t kL2Floats = 1024 * 1024 / sizeof(float);

// Largest window (the inputs that a block reads) of direct convolution, in floats. The rest of L2
// is for weights and outputs.
constexpr std::size_t kWindowFloats = 384 * 1024 / sizeof(float);

// Largest scratch of a Winograd block, in floats. The scratch contains the block's transformed
// inputs and products. It may exceed L2, because a block uses only a part of it at a time: first
// the inputs and products of one point, later the products of one tile.
constexpr std::size_t kWinogradScratchFloats = 1400 * 1024 / sizeof(float);

// Largest scratch of a nested Winograd block (conv_winograd_nested.hpp) in floats: its window,
// transformed inputs and products. The limit is lower than for other Winograd blocks, because each
// group of input channels updates all products of the block. So the products should stay in L2 as
// far as possible.
constexpr std::size_t kNestedScratchFloats = 1200 * 1024 / sizeof(float);

}  // namespace
}  // namespace nst::kernels
