// The register tile of a depthwise convolution.
#pragma once

#include "kernels/generic/clamp.hpp"

namespace nst::kernels {
namespace {

namespace depthwise {

// Pixels of a register tile. Eight independent sums hide the latency of multiply-adds (4 cycles × 2
// units), so more pixels gain nothing.
constexpr int kPixels = 8;
// Number of vectors in a cache line.
constexpr int kLineVectors = ceil_div(kLine, kLanes);

// The operands of a register tile: neighbouring pixels of one row, and all channels from the tile's
// first to the layer's last. The pointers point to the first pixel and the first channel.
struct RegisterTile {
  const float* in;
  // Distances in the input, in floats, between two neighbouring output pixels, kernel columns and
  // kernel rows.
  std::ptrdiff_t in_pixel, in_column, in_row;
  int kernel_h, kernel_w;
  const float* weights;
  std::ptrdiff_t weights_row;
  const float* bias;  // points to the bias of the first channel, or null
  int channels;       // number of channels from the tile's first to the layer's last
  Clamp clamp;
  const float* epilogue_add;
  std::ptrdiff_t epilogue_add_pixel;
  float* out;
  std::ptrdiff_t out_pixel;
  // true: the layer's input is larger than the L2 cache, so the next inputs should be prefetched.
  bool comes_from_far;
};

}  // namespace depthwise
}  // namespace
}  // namespace nst::kernels
