// Computes the products of Winograd convolutions as paired products (paired_products.hpp).
// Transformed inputs are the rows and transformed weights the columns, as in a 1x1 convolution.
#pragma once

#include "kernels/generic/pair_orders.hpp"
#include "kernels/generic/prefetch.hpp"

namespace nst::kernels {
namespace {
namespace winograd {

// Multiplies transformed inputs by transformed weights. Has the same interface as PlainProducts,
// but takes the channels in pairs, which saves multiplications (paired_products.hpp). If Prefetch
// is true, each product prefetches the weights of the next one.
template <class Order, bool Prefetch>
struct PairedProducts {
  static constexpr bool kPrefetches = Prefetch;
  static constexpr int kMostVectors = 2;
  static constexpr int most_pixels(int vectors) { return paired_products::most_pixels(vectors); }
  using Function = void (*)(const float* v, const float* corrections, int depth, const float* u,
                            NextWeights& weights, float* m, int tiles);
  template <int P, int V>
  static void run(const float* v, const float* corrections, int depth, const float* u,
                  NextWeights& weights, float* m, int tiles) {
    std::conditional_t<Prefetch, NextWeights, NoPrefetch> next(weights);
    const float* const scales = u + static_cast<std::ptrdiff_t>(depth) * V * kLanes;
    const float* const column_corrections = scales + V * kLanes;
    const paired_products::Depth parts = paired_products::parts_of<Order>(depth);
    alignas(64) float factors[V][kLanes];
    unroll<V>([&](auto i) __attribute__((always_inline)) {
      store(factors[i], quotient(broadcast(1.0f), load(scales + i * kLanes)));
    });
    for (; tiles > 0; --tiles) {
      Accumulators<P, V> acc;
      unroll<V>([&](auto i) __attribute__((always_inline)) {
        const Vec start = load(column_corrections + i * kLanes);
        unroll<P>([&](auto p) __attribute__((always_inline)) {
          acc.at[p][i] = paired_products::subtract_broadcast(start, corrections + p);
        });
      });
      const float* in[P];
      unroll<P>([&](auto p) __attribute__((always_inline)) {
        in[p] = v + static_cast<std::ptrdiff_t>(p) * depth;
      });
      paired_products::accumulate<Order, P, V>(acc, in, u, parts, next);
      next.next_tile();
      unroll<P>([&](auto p) __attribute__((always_inline)) {
        unroll<V>([&](auto i) __attribute__((always_inline)) {
          store(m + (p * V + i) * kLanes,
                paired_products::finished(acc.at[p][i], load(factors[i]), corrections + p,
                                          broadcast(0.0f)));
        });
      });
      v += static_cast<std::ptrdiff_t>(P) * depth;
      corrections += P;
      m += P * V * kLanes;
    }
    if constexpr (Prefetch) weights = next;
  }
  static constexpr int rows(int depth) { return depth + paired_products::kExtraRows; }
  static int row_of(int channel, int depth) { return Order::row_of(channel, depth); }
  static void finish(float* u, int depth, int width, float input_size) {
    paired_products::finish_panel<Order>(u, depth, width, input_size);
  }
  static constexpr std::size_t correction_floats(std::size_t rows) { return rows; }
  static void make_corrections(const float* v, int count, int depth, float* corrections) {
    Order::row_corrections(v, depth, count, depth, corrections);
  }
};

// The Winograd algorithm A (a class as described in winograd.hpp) with paired products instead of
// plain ones. Each row of transformed inputs needs a row correction (paired_products.hpp). Its cost
// is the same for any number of output channels. So paired products are faster only with more than
// one vector of output channels.
template <class A, class Order, int FewestChannels, bool Prefetch>
struct Paired : A {
  using Products = PairedProducts<Order, Prefetch>;

  static bool suits(const ConvSpec& spec) {
    return A::suits(spec) && spec.in_c >= FewestChannels && spec.out_c > kLanes;
  }
};

}  // namespace winograd
}  // namespace
}  // namespace nst::kernels
