// The sizes of caches that blocks are made for.
#pragma once

#include <cstddef>

namespace nst::kernels {
namespace {

// An L2 cache, taken as 1 MiB, the smallest of the processors measured that have AVX-512.
constexpr std::size_t kL2Floats = 1024 * 1024 / sizeof(float);

// The window of a block of direct convolution. The rest of L2 is for weights and outputs.
constexpr std::size_t kWindowFloats = 384 * 1024 / sizeof(float);

// The scratch of a Winograd block: transformed inputs and products. More than L2, for a third of
// the scratch at most is in use at once: one point's inputs and products, or one tile's products.
constexpr std::size_t kWinogradScratchFloats = 1400 * 1024 / sizeof(float);

// The same of a nested Winograd block, whose window also stays until the last input channels are
// transformed.
constexpr std::size_t kNestedScratchFloats = 1200 * 1024 / sizeof(float);

}  // namespace
}  // namespace nst::kernels
