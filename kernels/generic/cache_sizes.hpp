// The cache sizes for which blocks are made.
#pragma once

#include <cstddef>

namespace nst::kernels {
namespace {

// Size of L2 in floats. 1 MiB is what the measured processors with AVX-512 have.
constexpr std::size_t kL2Floats = 1024 * 1024 / sizeof(float);

// Largest window of a block of direct convolution, in floats. The rest of L2 is for weights and
// outputs.
constexpr std::size_t kWindowFloats = 384 * 1024 / sizeof(float);

// Scratch of a Winograd block in floats: transformed inputs and products. It may exceed L2, because
// a block uses it in pieces: inputs and products of one point, then the products of one tile.
constexpr std::size_t kWinogradScratchFloats = 1400 * 1024 / sizeof(float);

// Scratch of a nested Winograd block in floats. It is smaller than for other Winograd blocks,
// because every group of input channels reads the block's window again.
constexpr std::size_t kNestedScratchFloats = 1200 * 1024 / sizeof(float);

}  // namespace
}  // namespace nst::kernels
