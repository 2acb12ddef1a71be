// The cache sizes that blocks are made for.
#pragma once

#include <cstddef>

namespace nst::kernels {
namespace {

// L2 is taken as 1 MiB: that is what the measured processors with AVX-512 have.
constexpr std::size_t kL2Floats = 1024 * 1024 / sizeof(float);

// The largest window of a block with direct convolution. The rest of L2 is for weights and outputs.
constexpr std::size_t kWindowFloats = 384 * 1024 / sizeof(float);

// The scratch of a Winograd block: transformed inputs and products. It exceeds L2 because a block
// uses it piece by piece: one point's inputs and products, then one tile's products.
constexpr std::size_t kWinogradScratchFloats = 1400 * 1024 / sizeof(float);

// The scratch of a nested Winograd block. It is smaller, because its window is read again for every
// group of input channels.
constexpr std::size_t kNestedScratchFloats = 1200 * 1024 / sizeof(float);

}  // namespace
}  // namespace nst::kernels
