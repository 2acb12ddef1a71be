// Paired products: two products for one multiplication (S. Winograd, "A New Algorithm for Inner
// Product", 1968).
//
//     x1 w1 + x2 w2 = (w2 + x1) (w1 + x2) − x1 x2 − w1 w2
//
// x is a row of inputs (a pixel's channels) and w a column of weights (an output channel's). The
// row correction Σ x1 x2 is summed once for each row, and the column correction Σ w1 w2 once for
// each column. What is left is one multiplication and two additions for two products. This pays
// where a core adds beside its multipliers: AMD from Zen 4 on, with AVX-512, does a multiply-add
// and an addition in a cycle. Two of three products are paired, which keeps both units busy (24
// products a lane in 16 cycles).
//
// Rounding: the error of a pair is that of (|x| + |w|)². So weights are scaled by a power of two to
// the magnitude of the inputs. Pairs are added and subtracted in turn,
//
//     x1 w1 + x2 w2 = −((w2 − x1) (w1 − x2) − x1 x2 − w1 w2)
//
// so that corrections of inputs of one sign (after a relu) do not pile up. Inputs of 2⁶³ and more
// may overflow, where plain products need not.
#pragma once

#include "kernels/generic/prefetch.hpp"
#include "kernels/generic/register_tile.hpp"

#if !defined(__AVX512F__)
#error "paired products need AVX-512"
#endif

namespace nst::kernels {
namespace {
namespace paired_products {

// An order of pairs: how the input channels of a row are paired. Channels form groups of three
// sides. Channel i of the first side is paired with channel i of the second, added for even i and
// subtracted for odd i. The third side is multiplied alone. Channels after the last group of Side
// may form one group of SmallSide (0: none). The rest is multiplied alone. An accumulation chain
// has at most ChainGroups groups.
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

  // Returns the packed row of an input channel. A pair's two channels and their single channel are
  // neighbours; channels after the last whole group keep their order.
  static constexpr int row_of(int channel, int depth) {
    if (channel >= depth - singles_of(depth)) return channel;
    const int side = channel < groups_of(depth) * kGroup ? Side : SmallSide;
    const int i = channel % kGroup;
    return channel - i + i % side * 3 + i / side;
  }
};

// Add the float at p to every lane of v; subtract it; add v times it to sum. The instruction reads
// the float itself. A separate broadcast, which the compiler would choose, uses the add ports (84
// GMAC/s embedded, 61 separate).
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

// Add a · b to sum, or subtract it, in place. A sum that moves to another register would need a
// register too many.
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

// Adds one pair and one single product to every sum: channels I, I + Side and I + 2 Side from `in`
// on, and the next three rows of weights.
template <int P, int V, int Side, int I>
NST_INLINE void accumulate_three(Accumulators<P, V>& acc, const float* const* in,
                                 const float* weights) {
  Vec w1[V], w2[V], w3[V];
  unroll<V>([&](auto v) __attribute__((always_inline)) {
    w1[v] = load(weights + v * kLanes);
    w2[v] = load(weights + (V + v) * kLanes);
    w3[v] = load(weights + (2 * V + v) * kLanes);
  });
  // A pixel's single product follows two pixels after its pair, so that it need not wait for the
  // pair's sum. It comes after the pair for every pixel of the tile, so sums have one order.
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

// Adds the products of `groups` groups. Advances `in` and `weights`. Calls
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

// Adds the products of `count` channels, none of them paired. Advances `in`.
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

// The parts of a depth, in the order in which they are multiplied.
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

// Adds all products of a tile's depth. Calls prefetch.before_chain() before each accumulation chain
// of groups.
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

// Returns the most pixels of a register tile. Registers are left for three rows of weights and for
// the factors of some products.
constexpr int most_pixels(int vectors) { return vectors <= 2 ? 10 : 6; }

// The correction of a row of zeros. Its sign tells it from any other zero. The sums of such a row
// are zero except for rounding, and exact zeros are written instead.
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

// Returns the correction of row x whose sum is `term`.
NST_INLINE float row_correction(float term, const float* x, int depth) {
  if (term != 0.0f) return term;
  return all_zero(x, depth) ? kZeroRow : 0.0f;
}

// Returns sum * factor, or `nothing` for a row of zeros.
NST_INLINE Vec finished(Vec sum, Vec factor, const float* row_correction, Vec nothing) {
  const auto lanes = static_cast<__mmask16>(is_zero_row(*row_correction) ? 0 : 0xffff);
  return _mm512_mask_mul_ps(nothing, lanes, sum, factor);
}

// Returns 2^n, about 1 / √mean. mean: a mean of squares.
NST_INLINE float scale_for(double mean) {
  std::uint64_t bits = 0;
  __builtin_memcpy(&bits, &mean, sizeof bits);
  const int exponent = static_cast<int>(bits >> 52 & 0x7ff) - 1023;  // of a positive number
  // Rounded down: floor(-exponent / 2). The bound keeps the reciprocal a normal number, whatever
  // the weights.
  const int n = max_of(-60, min_of(60, -exponent >> 1));
  const std::uint32_t scale = static_cast<std::uint32_t>(127 + n) << 23;
  float result = 0.0f;
  __builtin_memcpy(&result, &scale, sizeof result);
  return result;
}

// The rows that follow a panel's weights: their scale, a power of two, and the column correction −Σ
// ± w1 w2.
constexpr int kExtraRows = 2;

// Scales a packed panel [depth][width] to the magnitude of its inputs, and appends kExtraRows rows.
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
