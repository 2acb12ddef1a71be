// The register tile of a depthwise convolution.
#pragma once

#include "kernels/generic/clamp.hpp"

namespace nst::kernels {
namespace {

namespace depthwise {

// More pixels than hide the latency of the additions (4 cycles x 2 units) gain nothing.
constexpr int kPixels = 8;
// Vectors of a cache line.
constexpr int kLineVectors = ceil_div(kLine, kLanes);

// Some neighbouring pixels of one row, from one vector of channels on.
struct Tile {
  const float* in;
  std::ptrdiff_t in_pixel, in_column, in_row;  // output pixel, kernel column, kernel row
  int kernel_h, kernel_w;
  const float* weights;
  std::ptrdiff_t weights_row;
  const float* bias;  // of the first channel, or null
  int channels;       // valid ones
  Clamp clamp;
  const float* skip;
  std::ptrdiff_t skip_pixel;
  float* out;
  std::ptrdiff_t out_pixel;
  bool comes_from_far;  // the input, from beyond the second-level cache
};

}  // namespace depthwise
}  // namespace
}  // namespace nst::kernels
