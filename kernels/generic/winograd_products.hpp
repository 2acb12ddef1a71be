// Computes the products of Winograd convolutions as plain matrix products.
#pragma once

#include "kernels/generic/prefetch.hpp"
#include "kernels/generic/register_tile.hpp"

namespace nst::kernels {
namespace {
namespace winograd {

// Computes P rows of the matrix product m [count][V vectors] = v [count][depth] · u [depth][V
// vectors]. Sums of more than kChainProducts products are divided into accumulation chains. The
// chains are added up in m.
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

// Multiplies transformed inputs V by transformed weights U as a plain matrix product.
// PairedProducts (winograd_products_paired.hpp) has the same interface. The interface lets a class
// reorder and scale U, append rows to U, and keep one float for each row of V.
struct PlainProducts {
  // If true, each product prefetches the weights of the next product and the memory to which
  // outputs will be written.
  static constexpr bool kPrefetches = false;
  static constexpr int kMostVectors = 2;
  static constexpr int most_pixels(int vectors) { return most_tile_pixels(vectors); }
  // Computes `tiles` register tiles of P rows, one after the other: m = v · u. If kPrefetches is
  // true, calls `weights` during the loop to prefetch the next product's weights.
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
  // Each transformed weight is packed as a matrix. The matrix has one row for each of `depth` input
  // channels; PairedProducts appends further rows. rows() returns the number of all rows. row_of()
  // returns the row of an input channel.
  static constexpr int rows(int depth) { return depth; }
  static constexpr int row_of(int channel, int) { return channel; }
  // Completes a transformed weight after the rows of all input channels have been packed. Each row
  // has `width` channels. PairedProducts scales these rows and fills the appended ones; plain
  // products need nothing. input_size is the magnitude that the transformed inputs have if the
  // inputs have magnitude 1.
  static void finish(float*, int, int, float) {}
  // Paired products need a row correction Σ ± x1 x2 for each row of transformed inputs
  // (paired_products.hpp); plain products need none. correction_floats(count) returns the number of
  // floats in the corrections of `count` rows. make_corrections() computes them for the inputs v
  // [count][depth].
  static constexpr std::size_t correction_floats(std::size_t) { return 0; }
  static void make_corrections(const float*, int, int, float*) {}
};

}  // namespace winograd
}  // namespace
}  // namespace nst::kernels
