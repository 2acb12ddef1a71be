// The dense (fully connected) layer.
#pragma once

#include "kernels/generic/simd.hpp"

namespace nst::kernels {
namespace {

template <int V>
NST_INLINE void dense_vectors(const float* x, int in_n, const float* weights, const float* bias,
                              int out_n, int valid, float* out) {
  Vec acc[V];
  unroll<V>([&](auto v) __attribute__((always_inline)) {
    acc[v] = load_masked(bias + v * kLanes, valid - v * kLanes);
  });
  for (int i = 0; i < in_n; ++i) {
    const Vec value = broadcast(x[i]);
    unroll<V>([&](auto v) __attribute__((always_inline)) {
      acc[v] = fma(value, load_masked(weights + v * kLanes, valid - v * kLanes), acc[v]);
    });
    weights += out_n;
  }
  unroll<V>([&](auto v) __attribute__((always_inline)) {
    store_masked(out + v * kLanes, acc[v], valid - v * kLanes);
  });
}

void dense(const float* x, int in_n, const float* weights, const float* bias, int out_n,
           float* out) {
  // Number of vectors of sums that are computed at a time. Eight hide the latency of the
  // multiply-adds.
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
