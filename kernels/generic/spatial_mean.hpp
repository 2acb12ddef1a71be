// Computes the mean of each channel over all pixels.
#pragma once

#include "kernels/generic/simd.hpp"
#include "kernels/kernels.h"

namespace nst::kernels {
namespace {

// Sums kChainPixels pixels at a time in float32, and adds up these partial sums in double. So the
// error is a few units in the last place for any picture size.
void spatial_mean(ConstView x, int h, int w, int channel_begin, int channel_end, float* out) {
  constexpr int kChainPixels = 32;
  const double count = static_cast<double>(h) * w;
  for (int c = channel_begin; c < channel_end; c += kLanes) {
    const int n = min_of(channel_end - c, kLanes);
    double sums[kLanes] = {};
    for (int y = 0; y < h; ++y) {
      const float* p = x.data + y * x.row_stride + c;
      for (int begin = 0; begin < w; begin += kChainPixels) {
        Vec chain = broadcast(0.0f);
        const int pixels = min_of(w - begin, kChainPixels);
        for (int i = 0; i < pixels; ++i, p += x.pixel_stride) chain = chain + load_masked(p, n);
        alignas(64) float lanes[kLanes];
        store(lanes, chain);
        for (int i = 0; i < n; ++i) sums[i] += static_cast<double>(lanes[i]);
      }
    }
    for (int i = 0; i < n; ++i) out[c + i] = static_cast<float>(sums[i] / count);
  }
}

}  // namespace
}  // namespace nst::kernels
