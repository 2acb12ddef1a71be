// Spatial mean and the dense layer.
#pragma once

#include "kernels/generic/view.hpp"

namespace nst::kernels {
namespace {

// Short float runs, merged in double: the error stays at a few ulp for any picture size.
void spatial_mean(ConstView x, int h, int w, int channel_begin, int channel_end, float* out) {
  constexpr int kRun = 32;
  const double count = static_cast<double>(h) * w;
  for (int c = channel_begin; c < channel_end; c += kLanes) {
    const int n = min_of(channel_end - c, kLanes);
    double sums[kLanes] = {};
    for (int y = 0; y < h; ++y) {
      const float* p = x.data + y * x.row_stride + c;
      for (int begin = 0; begin < w; begin += kRun) {
        Vec run = splat(0.0f);
        const int pixels = min_of(w - begin, kRun);
        for (int i = 0; i < pixels; ++i, p += x.pixel_stride) run = run + load_first(p, n);
        alignas(64) float lanes[kLanes];
        store(lanes, run);
        for (int i = 0; i < n; ++i) sums[i] += static_cast<double>(lanes[i]);
      }
    }
    for (int i = 0; i < n; ++i) out[c + i] = static_cast<float>(sums[i] / count);
  }
}

template <int V>
NST_INLINE void dense_vectors(const float* x, int in_n, const float* weights, const float* bias,
                              int out_n, int valid, float* out) {
  Vec acc[V];
  unroll<V>([&](auto v) __attribute__((always_inline)) {
    acc[v] = load_first(bias + v * kLanes, valid - v * kLanes);
  });
  for (int i = 0; i < in_n; ++i) {
    const Vec value = splat(x[i]);
    unroll<V>([&](auto v) __attribute__((always_inline)) {
      acc[v] = fma(value, load_first(weights + v * kLanes, valid - v * kLanes), acc[v]);
    });
    weights += out_n;
  }
  unroll<V>([&](auto v) __attribute__((always_inline)) {
    store_first(out + v * kLanes, acc[v], valid - v * kLanes);
  });
}

void dense(const float* x, int in_n, const float* weights, const float* bias, int out_n,
           float* out) {
  // Eight chains hide the latency of the multiply-adds.
  constexpr int kVectors = 8;
  int j = 0;
  for (; j + kVectors * kLanes <= out_n; j += kVectors * kLanes) {
    dense_vectors<kVectors>(x, in_n, weights + j, bias + j, out_n, out_n - j, out + j);
  }
  for (; j < out_n; j += kLanes) {
    dense_vectors<1>(x, in_n, weights + j, bias + j, out_n, out_n - j, out + j);
  }
}

}  // namespace
}  // namespace nst::kernels
