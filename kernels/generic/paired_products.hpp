// Paired products: two products by one multiplication (S. Winograd, "A New Algorithm for Inner
// Product", 1968).
//
//     x1 w1 + x2 w2 = (w2 + x1) (w1 + x2) − x1 x2 − w1 w2
//
// x is a row of inputs (the channels of a pixel) and w a column of weights (those of an output
// channel). The row correction Σ x1 x2 is summed once for each row, the column correction Σ w1 w2
// once for each column. One multiplication and two additions remain for two products. This is
// faster on cores that have separate units for additions: AMD's cores from Zen 4 on, with AVX-512,
// do a multiply-add and an addition in a cycle. Two of three products are paired and the third is
// multiplied singly. This keeps multipliers and adders equally busy (24 products per lane in 16
// cycles).
//
// The rounding error of a pair is proportional to (|x| + |w|)². To keep it small, weights are
// scaled by a power of two to the magnitude of the inputs. Pairs are added and subtracted in turn,
//
//     x1 w1 + x2 w2 = −((w2 − x1) (w1 − x2) − x1 x2 − w1 w2)
//
// because otherwise the corrections would grow if all inputs have the same sign (after a relu).
// Inputs of 2⁶³ and more may overflow, where plain products would not.
#pragma once

#include "kernels/generic/prefetch.hpp"
#include "kernels/generic/register_tile.hpp"

#if !defined(__AVX512F__)
#error "paired products need AVX-512"
#endif

namespace nst::kernels {
namespace {
namespace paired_products {

// An order of pairs: says which input channels of a row are paired.
//
// - Channels form groups of three sides, each of Side channels.
// - Channel i of the first side is paired with channel i of the second side. Its pair is added if i
//   is even, subtracted if i is odd.
// - The channels of the third side are multiplied singly.
// - Channels after the last group may form groups with sides of SmallSide channels (0: none). All
//   remaining channels are multiplied singly.
// - An accumulation chain has at most ChainGroups groups.
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

  // Returns the row in which the weights of an input channel are packed. The rows of a group come
  // in threes: the two channels of a pair, then a channel that has no partner. Channels after the
  // last group keep their order.
  static constexpr int row_of(int channel, int depth) {
    if (channel >= depth - singles_of(depth)) return channel;
    const int side = channel < groups_of(depth) * kGroup ? Side : SmallSide;
    const int i = channel % kGroup;
    return channel - i + i % side * 3 + i / side;
  }
};

// Each of these functions broadcasts the float at p to all lanes. The first adds it to v, the
// second subtracts it from v, the third adds v times the float to sum. One instruction reads,
// broadcasts and computes: this gives 84 GMAC/s. The compiler would choose a separate broadcast,
// which occupies the add ports: 61 GMAC/s.
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

// Add a · b to sum, or subtract a · b from sum, in the same register. Without asm, the compiler
// might move the sum to another register, and no register is left.
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

// Adds the products of one pair of channels and of one single channel to every sum. The inputs are
// channels I, I + Side and I + 2 Side, counted from `in`. The weights are the next three rows.
template <int P, int V, int Side, int I>
NST_INLINE void accumulate_three(Accumulators<P, V>& acc, const float* const* in,
                                 const float* weights) {
  Vec w1[V], w2[V], w3[V];
  unroll<V>([&](auto v) __attribute__((always_inline)) {
    w1[v] = load(weights + v * kLanes);
    w2[v] = load(weights + (V + v) * kLanes);
    w3[v] = load(weights + (2 * V + v) * kLanes);
  });
  // Each sum first gets the product of the pair, then the product of the single channel. Between
  // the two additions come those of the next two pixels, so that the second need not wait for the
  // result of the first. The order is the same for every pixel, so that all pixels round alike.
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

// Adds the products of `groups` groups of channels and advances `in` and `weights`. Calls
// prefetch.before_group(weights) before each group.
template <int P, int V, int Side, class Prefetch>
NST_INLINE void accumulate_groups(Accumulators<P, V>& acc, const float** in, const float*& weights,
                                  int groups, Prefetch& prefetch) {
  for (; groups > 0; --groups) {
    prefetch.before_group(weights);
    for (int i = 0; i < Side; i += 2) {
      unroll<P>([&](auto p) __attribute__((always_inline)) { optimizer_barrier(in[p]); });
      accumulate_three<P, V, Side, 0>(acc, in, weights);
      accumulate_three<P, V, Side, 1>(acc, in, weights + 3 * V * kLanes);
      unroll<P>([&](auto p) __attribute__((always_inline)) { in[p] += 2; });
      weights += 6 * V * kLanes;
    }
    unroll<P>([&](auto p) __attribute__((always_inline)) { in[p] += 2 * Side; });
  }
}

// Adds the products of `count` channels that are not paired. Advances `in`.
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

// The parts into which a layer's input channels are divided: first groups, whose channels form
// pairs; then small groups, whose pairs are closer together; last single channels, which form no
// pairs. The members are the numbers of such parts.
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

// Adds the products of all input channels to a tile's sums. Calls prefetch.before_chain() before
// each accumulation chain of groups.
template <class Order, int P, int V, class Prefetch>
NST_INLINE void accumulate(Accumulators<P, V>& acc, const float** in, const float* weights,
                           const Depth& depth, Prefetch& prefetch) {
  PartialSums<P, V> total;
  for (int left = depth.groups; left > 0; left -= Order::kChainGroups) {
    if (left < depth.groups) total.take(acc);
    prefetch.before_chain();
    accumulate_groups<P, V, Order::kSide>(acc, in, weights, min_of(left, Order::kChainGroups),
                                          prefetch);
  }
  if constexpr (Order::kSmallSide != 0) {
    NoPrefetch none;
    accumulate_groups<P, V, Order::kSmallSide>(acc, in, weights, depth.small_groups, none);
  }
  accumulate_singles<P, V>(acc, in, weights, depth.singles);
  total.add_to(acc);
}

// Returns the largest number of pixels in a register tile with `vectors` vectors of channels. The
// sums must leave registers for three rows of weights and for the factors of a few products.
constexpr int most_pixels(int vectors) { return vectors <= 2 ? 10 : 6; }

// Marks a row whose inputs are all zero: used as its row correction. The results of such a row are
// known exactly (0, or the bias), but its sums have rounding errors. So finished() writes the exact
// results instead of the sums. The mark is -0, so that it differs from a row correction that
// happens to be 0.
constexpr float kZeroRow = -0.0f;
NST_INLINE bool is_zero_row(float row_correction) {
  std::uint32_t bits = 0;
  __builtin_memcpy(&bits, &row_correction, sizeof bits);
  return bits == 0x80000000u;
}

// Returns true if all `depth` floats are zero.
NST_INLINE bool all_zero(const float* x, int depth) {
  for (int i = 0; i < depth; ++i) {
    if (x[i] != 0.0f) return false;
  }
  return true;
}

// Returns the row correction of the inputs x. It is `term`, the sum of the products of their pairs.
// If all inputs are zero, returns kZeroRow instead.
NST_INLINE float row_correction(float term, const float* x, int depth) {
  if (term != 0.0f) return term;
  return all_zero(x, depth) ? kZeroRow : 0.0f;
}

// Returns the results of one row of inputs: sum * factor. If all inputs are zero (the row
// correction is kZeroRow), returns the vector `nothing`, which contains the exact results for zero
// inputs.
NST_INLINE Vec finished(Vec sum, Vec factor, const float* row_correction, Vec nothing) {
  const auto lanes = static_cast<__mmask16>(is_zero_row(*row_correction) ? 0 : 0xffff);
  return _mm512_mask_mul_ps(nothing, lanes, sum, factor);
}

// Returns a power of two that is about 1 / √mean. `mean` is a mean of squares.
NST_INLINE float scale_for(double mean) {
  std::uint64_t bits = 0;
  __builtin_memcpy(&bits, &mean, sizeof bits);
  // The exponent field of `mean`. The sign bit above it is 0, because mean is positive.
  const int exponent = static_cast<int>(bits >> 52 & 0x7ff) - 1023;
  // The scale is 2^n, where n is floor(-exponent / 2), limited to ±60. So the reciprocal of the
  // scale is a normal number for any weights.
  const int n = max_of(-60, min_of(60, -exponent >> 1));
  const std::uint32_t scale = static_cast<std::uint32_t>(127 + n) << 23;
  float result = 0.0f;
  __builtin_memcpy(&result, &scale, sizeof result);
  return result;
}

// Number of rows after the weights of a panel: one for the scales (powers of two), one for the
// column corrections −Σ ± w1 w2.
constexpr int kExtraRows = 2;

// Scales the weights of a packed panel [depth][width] to the magnitude of its inputs (input_size),
// because paired products then round least. Then appends kExtraRows rows: the scales, and the
// column corrections −Σ ± w1 w2 of the scaled weights.
template <class Order>
NST_INLINE void finish_panel(float* panel, int depth, int width, float input_size) {
  float* const scales = panel + static_cast<std::ptrdiff_t>(depth) * width;
  float* const column_corrections = scales + width;
  const int paired = depth - Order::singles_of(depth);
  const double inputs = static_cast<double>(input_size) * static_cast<double>(input_size);
  for (int c = 0; c < width; c += kLanes) {
    Vec squares = broadcast(0.0f);
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
