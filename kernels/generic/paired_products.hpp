// Winograd's inner product (S. Winograd, "A New Algorithm for Inner Product", 1968): two products
// for one multiplication,
//
//   x1 w1 + x2 w2 = (w2 + x1) (w1 + x2) − x1 x2 − w1 w2.
//
// The last two terms are the pixel's own and the channel's own: each is summed once, not for every
// pair of both. What is left is a multiplication and two additions for two multiplications, which
// pays where a core adds beside its multipliers (AMD from Zen 4 on, at the width of AVX-512: a
// multiply-add and an addition a cycle). Two products of three go in pairs, which keeps both busy:
// 24 products a lane in 16 cycles.
//
// Rounding. A pair's error is that of (|x| + |w|)², so weights are scaled by a power of two to the
// size of the inputs, and pairs are added and subtracted in turn,
//
//   x1 w1 + x2 w2 = −((w2 − x1) (w1 − x2) − x1 x2 − w1 w2),
//
// so that the own terms of inputs of one sign (after a relu) do not pile up. Inputs of 2⁶³ and more
// may overflow, where plain products need not.
#pragma once

#include "kernels/generic/register_tile.hpp"
#include "kernels/generic/winograd_prefetch.hpp"

#if !defined(__AVX512F__)
#error "Winograd's inner product is for AVX-512"
#endif

namespace nst::kernels {
namespace {
namespace paired_products {

// How the channels of a depth go in pairs. They form groups of three sides: channel i of the first
// side is paired with channel i of the second, added for even i and subtracted for odd; the third
// is multiplied as ever. What fills no group of Side may fill one of SmallSide (0: none); the rest
// is multiplied alone. Sums are made of chains of at most ChainGroups groups.
template <int Side, int SmallSide, int ChainGroups>
struct Order {
  static constexpr int kSide = Side;
  static constexpr int kSmallSide = SmallSide;
  static constexpr int kGroup = 3 * Side;
  static constexpr int kChainGroups = ChainGroups;

  static constexpr int groups_of(int depth) { return depth / kGroup; }
  static constexpr int small_groups_of(int depth) {
    if constexpr (SmallSide == 0) return 0;
    return depth % kGroup / max_of(3 * SmallSide, 1);
  }
  static constexpr int singles_of(int depth) {
    return depth % kGroup - small_groups_of(depth) * 3 * SmallSide;
  }

  // The row that an input channel's weights are packed as: those of a pair and a single product
  // follow each other. What fills no group keeps its order.
  static constexpr int row_of(int channel, int depth) {
    if (channel >= depth - singles_of(depth)) return channel;
    const int side = channel < groups_of(depth) * kGroup ? Side : SmallSide;
    const int i = channel % kGroup;
    return channel - i + i % side * 3 + i / side;
  }
};

// v + the float at p, v − it, sum + v · it, in every lane. AVX-512 reads such a float as part of
// the instruction. A broadcast of its own, which the compiler makes where several vectors
// use the float, would take the adders' time: 61 GMAC/s for 84.
NST_INLINE Vec add_broadcast(Vec v, const float* p) {
  auto raw = v.data;
  asm("vaddps %2%{1to16%}, %1, %0" : "=v"(raw) : "v"(v.data), "m"(*p));
  return Vec(raw);
}
NST_INLINE Vec subtract_broadcast(Vec v, const float* p) {
  auto raw = v.data;
  asm("vsubps %2%{1to16%}, %1, %0" : "=v"(raw) : "v"(v.data), "m"(*p));
  return Vec(raw);
}
NST_INLINE void add_product_broadcast(Vec& sum, Vec v, const float* p) {
  auto raw = sum.data;
  asm("vfmadd231ps %2%{1to16%}, %1, %0" : "+v"(raw) : "v"(v.data), "m"(*p));
  sum = Vec(raw);
}

// sum ± a · b, in place: a sum that moves from register to register takes one that is needed.
NST_INLINE void add_pair(Vec& sum, Vec a, Vec b) {
  auto raw = sum.data;
  asm("vfmadd231ps %2, %1, %0" : "+v"(raw) : "v"(a.data), "v"(b.data));
  sum = Vec(raw);
}
NST_INLINE void subtract_pair(Vec& sum, Vec a, Vec b) {
  auto raw = sum.data;
  asm("vfnmadd231ps %2, %1, %0" : "+v"(raw) : "v"(a.data), "v"(b.data));
  sum = Vec(raw);
}

// One pair and one single product of every sum: channels I, I + Side and I + 2 Side from `in` on,
// the next three rows of weights.
template <int P, int V, int Side, int I>
NST_INLINE void accumulate_three(Accumulators<P, V>& acc, const float* const* in,
                                 const float* weights) {
  Vec w1[V], w2[V], w3[V];
  unroll<V>([&](auto v) __attribute__((always_inline)) {
    w1[v] = load(weights + v * kLanes);
    w2[v] = load(weights + (V + v) * kLanes);
    w3[v] = load(weights + (2 * V + v) * kLanes);
  });
  // A pixel's single product follows the pairs of the next: it need not wait for its own pair's
  // sum, and comes after it whatever the pixel's place in the tile.
  constexpr int kBehind = min_of(2, P);
  unroll<P + kBehind>([&](auto i) __attribute__((always_inline)) {
    unroll<V>([&](auto v) __attribute__((always_inline)) {
      if constexpr (i < P) {
        const float* const x = in[i] + I;
        if constexpr (I % 2 == 0) {
          add_pair(acc.at[i][v], add_broadcast(w2[v], x), add_broadcast(w1[v], x + Side));
        } else {
          subtract_pair(acc.at[i][v], subtract_broadcast(w2[v], x),
                        subtract_broadcast(w1[v], x + Side));
        }
      }
      if constexpr (i >= kBehind) {
        add_product_broadcast(acc.at[i - kBehind][v], w3[v], in[i - kBehind] + I + 2 * Side);
      }
    });
  });
}

// The products of `groups` groups; advances `in` and `weights`. fetches.turn(weights) is called
// before each.
template <int P, int V, int Side, class Fetches>
NST_INLINE void accumulate_groups(Accumulators<P, V>& acc, const float** in, const float*& weights,
                                  int groups, Fetches& fetches) {
  for (; groups > 0; --groups) {
    fetches.turn(weights);
    for (int i = 0; i < Side; i += 2) {
      unroll<P>([&](auto p) __attribute__((always_inline)) { hide(in[p]); });
      accumulate_three<P, V, Side, 0>(acc, in, weights);
      accumulate_three<P, V, Side, 1>(acc, in, weights + 3 * V * kLanes);
      unroll<P>([&](auto p) __attribute__((always_inline)) { in[p] += 2; });
      weights += 6 * V * kLanes;
    }
    unroll<P>([&](auto p) __attribute__((always_inline)) { in[p] += 2 * Side; });
  }
}

// The products of `count` channels, none in pairs.
template <int P, int V>
NST_INLINE void accumulate_singles(Accumulators<P, V>& acc, const float** in, const float* weights,
                                   int count) {
  for (; count > 0; --count) {
    unroll<V>([&](auto v) __attribute__((always_inline)) {
      const Vec w = load(weights + v * kLanes);
      unroll<P>([&](auto p) __attribute__((always_inline)) {
        add_product_broadcast(acc.at[p][v], w, in[p]);
      });
    });
    unroll<P>([&](auto p) __attribute__((always_inline)) { ++in[p]; });
    weights += V * kLanes;
  }
}

// A depth as it is gone through.
struct Depth {
  int groups, small_groups, singles;
};
template <class Order>
NST_INLINE Depth parts_of(int depth) {
  return {Order::groups_of(depth), Order::small_groups_of(depth), Order::singles_of(depth)};
}
template <class Order>
NST_INLINE int chains_of(const Depth& depth) {
  return ceil_div(depth.groups, Order::kChainGroups);
}

// All products of a tile's depth; fetches.chain() is called before each chain of groups.
template <class Order, int P, int V, class Fetches>
NST_INLINE void accumulate(Accumulators<P, V>& acc, const float** in, const float* weights,
                           const Depth& depth, Fetches& fetches) {
  PartialSums<P, V> total;
  for (int left = depth.groups; left > 0; left -= Order::kChainGroups) {
    if (left < depth.groups) total.take(acc);
    fetches.chain();
    accumulate_groups<P, V, Order::kSide>(acc, in, weights, min_of(left, Order::kChainGroups),
                                          fetches);
  }
  if constexpr (Order::kSmallSide != 0) {
    NoFetches none;
    accumulate_groups<P, V, Order::kSmallSide>(acc, in, weights, depth.small_groups, none);
  }
  accumulate_singles<P, V>(acc, in, weights, depth.singles);
  total.add_to(acc);
}

// As many pixels as leave registers for three rows of weights and some sums to be multiplied.
constexpr int most_pixels(int vectors) { return vectors <= 2 ? 10 : 6; }

// The own term of a pixel of zeros, told from any other zero by its sign. Its sums are zero but for
// rounding: what is written for them is exactly that.
constexpr float kZeroRow = -0.0f;
NST_INLINE bool is_zero_row(float row_correction) {
  std::uint32_t bits = 0;
  __builtin_memcpy(&bits, &row_correction, sizeof bits);
  return bits == 0x80000000u;
}

NST_INLINE bool all_zero(const float* x, int depth) {
  for (int i = 0; i < depth; ++i) {
    if (x[i] != 0.0f) return false;
  }
  return true;
}

// A pixel's own term, made of `term`, its sum.
NST_INLINE float row_correction(float term, const float* x, int depth) {
  if (term != 0.0f) return term;
  return all_zero(x, depth) ? kZeroRow : 0.0f;
}

// sum * factor; of a pixel of zeros `nothing`.
NST_INLINE Vec finished(Vec sum, Vec factor, const float* row_correction, Vec nothing) {
  const auto lanes = static_cast<__mmask16>(is_zero_row(*row_correction) ? 0 : 0xffff);
  return _mm512_mask_mul_ps(nothing, lanes, sum, factor);
}

// 2^n, about the reciprocal of the root of `mean`, a mean of squares.
NST_INLINE float scale_for(double mean) {
  std::uint64_t bits = 0;
  __builtin_memcpy(&bits, &mean, sizeof bits);
  const int exponent = static_cast<int>(bits >> 52 & 0x7ff) - 1023;  // of a positive number
  // Rounded down: floor(-exponent / 2). Weights beyond reason keep a scale whose reciprocal is one.
  const int n = max_of(-60, min_of(60, -exponent >> 1));
  const std::uint32_t scale = static_cast<std::uint32_t>(127 + n) << 23;
  float result = 0.0f;
  __builtin_memcpy(&result, &scale, sizeof result);
  return result;
}

// Rows that a panel has after its weights: the power of two that they are multiplied by, and
// −Σ ± w1 w2.
constexpr int kExtraRows = 2;

// Scales a panel [depth][width], rows in their places, to the size of its inputs, and adds those
// rows.
template <class Order>
NST_INLINE void finish_panel(float* panel, int depth, int width, float input_size) {
  float* const scales = panel + static_cast<std::ptrdiff_t>(depth) * width;
  float* const column_corrections = scales + width;
  const int paired = depth - Order::singles_of(depth);
  const double inputs = static_cast<double>(input_size) * static_cast<double>(input_size);
  for (int c = 0; c < width; c += kLanes) {
    Vec squares = splat(0.0f);
    const float* row = panel + c;
    for (int r = 0; r < depth; ++r, row += width) squares = fma(load(row), load(row), squares);
    alignas(64) float lanes[kLanes];
    store(lanes, squares);
    for (int i = 0; i < kLanes; ++i) {
      scales[c + i] = scale_for(static_cast<double>(lanes[i]) / (depth * inputs));
    }
    const Vec scale = load(scales + c);
    float* to = panel + c;
    for (int r = 0; r < depth; ++r, to += width) store(to, load(to) * scale);
    double sums[kLanes] = {};
    const float* w = panel + c;
    for (int r = 0; r < paired; r += 3, w += 3 * width) {
      for (int k = 0; k < kLanes; ++k) {
        const double product = static_cast<double>(w[k]) * static_cast<double>(w[width + k]);
        sums[k] += r % 2 == 0 ? -product : product;
      }
    }
    for (int k = 0; k < kLanes; ++k) column_corrections[c + k] = static_cast<float>(sums[k]);
  }
}

}  // namespace paired_products
}  // namespace
}  // namespace nst::kernels
