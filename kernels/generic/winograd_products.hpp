// The products of transformed tiles, each as it stands.
#pragma once

#include "kernels/generic/register_tile.hpp"
#include "kernels/generic/winograd_prefetch.hpp"

namespace nst::kernels {
namespace {
namespace winograd {

// P rows of m [count][V vectors] = v [count][depth] · u [depth][V vectors]. The partial sums of
// long chains (kChainProducts) meet in m.
template <int P, int V>
NST_INLINE void multiply_tile(const float* v, int depth, const float* u, float* m) {
  constexpr int kPointers = (P + 2) / 3;
  const std::ptrdiff_t row = depth;
  const float* in[kPointers];
  unroll<kPointers>([&](auto j) __attribute__((always_inline)) { in[j] = v + 3 * j * row; });
  const auto at = [&](int p, int i) { return m + (p * V + i) * kLanes; };
  Accumulators<P, V> acc;
  for (int left = depth; left > 0; left -= kChainProducts) {
    clear(acc);
    accumulate_row_products<P, V>(acc, in, row, u, min_of(left, kChainProducts));
    unroll<P>([&](auto p) __attribute__((always_inline)) {
      unroll<V>([&](auto i) __attribute__((always_inline)) {
        store(at(p, i), left == depth ? acc.at[p][i] : load(at(p, i)) + acc.at[p][i]);
      });
    });
  }
}

// What winograd.hpp asks of an algorithm's products. Others may order and scale the weights, add
// rows to them, and keep a float of every row of V (winograd_products_paired.hpp).
struct PlainProducts {
  // Does the next product's data come to the caches beside a product?
  static constexpr bool kFetches = false;
  static constexpr int kMostVectors = 2;
  static constexpr int most_pixels(int vectors) { return most_tile_pixels(vectors); }
  // `tiles` register tiles of P rows one after the other, in one call as direct::GenericTile: m = v
  // · u as in winograd::multiply. `weights` may be called for every turn and tile.
  using Function = void (*)(const float* v, const float* corrections, int depth, const float* u,
                            NextWeights& weights, float* m, int tiles);
  template <int P, int V>
  static void run(const float* v, const float*, int depth, const float* u, NextWeights&, float* m,
                  int tiles) {
    for (; tiles > 0; --tiles) {
      multiply_tile<P, V>(v, depth, u, m);
      v += static_cast<std::ptrdiff_t>(P) * depth;
      m += P * V * kLanes;
    }
  }
  // Rows of a packed weight of `depth` input channels, and where a channel's is.
  static constexpr int rows(int depth) { return depth; }
  static constexpr int row_of(int channel, int) { return channel; }
  // Called when a weight's rows are there, `width` channels each. input_size: of the transformed
  // inputs they are multiplied with, where inputs are of size 1.
  static void finish(float*, int, int, float) {}
  // Floats kept of so many rows of V, and their making; v [count][depth].
  static constexpr std::size_t correction_floats(std::size_t) { return 0; }
  static void make_corrections(const float*, int, int, float*) {}
};

}  // namespace winograd
}  // namespace
}  // namespace nst::kernels
