// Computes depthwise 3x3 convolutions whose channels fill whole vectors, as in MobileNetV2. One
// call computes a few neighbouring pixels.
#pragma once

#include "kernels/generic/depthwise_tile.hpp"

namespace nst::kernels {
namespace {
namespace depthwise {

// Adds the products of one kernel row to the sums of P outputs. Neighbouring outputs share inputs,
// and each input is loaded once. Only every third input column has a pointer, so that x86's 16
// general registers are enough.
// - Left: skips the first output's first tap, which lies outside the picture
// - Right: skips the last output's last tap, which lies outside the picture
template <int P, int Stride, bool Left, bool Right>
NST_INLINE void accumulate_3(Vec (&acc)[P], const float* in, std::ptrdiff_t column,
                             const float* weights) {
  constexpr int kColumns = (P - 1) * Stride + 3;
  Vec w[3];
  unroll<3>([&](auto k) __attribute__((always_inline)) { w[k] = load(weights + k * kLanes); });
  const float* third = in;
  unroll<kColumns>([&](auto i) __attribute__((always_inline)) {
    if constexpr (i > 0 && i % 3 == 0) third += 3 * column;
    if constexpr (!(Left && i == 0) && !(Right && i == kColumns - 1)) {
      const Vec x = load(third + (i % 3) * column);
      unroll<3>([&](auto k) __attribute__((always_inline)) {
        constexpr int kColumn = i - k;
        if constexpr (kColumn >= 0 && kColumn % Stride == 0 && kColumn / Stride < P) {
          add_product(acc[kColumn / Stride], x, w[k]);
        }
      });
    }
  });
}

// Prefetches a cache line of channels for each input pixel of the next tile, in the rows that the
// previous row of outputs did not read. The hardware prefetcher cannot follow reads at so many
// places at once.
template <int P, int Stride>
NST_INLINE void fetch_next(const float* in, std::ptrdiff_t column, std::ptrdiff_t row) {
  constexpr int kColumns = P * Stride;
  for (int r = 0; r < Stride; ++r) {
    const float* p = in + r * row + kColumns * column;
    unroll<kColumns>([&](auto) __attribute__((always_inline)) {
      prefetch_l2(p);
      p += column;
    });
  }
}

// Computes `vectors` vectors of channels for P pixels, one vector after the other. The vectors
// follow each other in memory, so the loop only has to advance its pointers. More work in the loop
// would cost noticeable time, because a vector needs only 9 P products.
template <int P, int Stride, bool Left, bool Right>
void run_3x3(const RegisterTile& tile, int vectors) {
  const RegisterTile t = tile;
  alignas(64) constexpr float kZero[kLanes] = {};
  const float* bias = t.bias != nullptr ? t.bias : kZero;
  const std::ptrdiff_t bias_step = t.bias != nullptr ? kLanes : 0;
  const float* in = t.in;
  const float* weights = t.weights;
  float* out = t.out;
  for (; vectors > 0; --vectors) {
    Vec acc[P];
    const Vec b = load(bias);
    unroll<P>([&](auto p) __attribute__((always_inline)) { acc[p] = b; });
    if (t.comes_from_far && vectors % kLineVectors == 0) {
      fetch_next<P, Stride>(in + (t.kernel_h - Stride) * t.in_row, t.in_column, t.in_row);
    }
    const float* row = in;
    const float* taps = weights;
    for (int ky = t.kernel_h; ky > 0; --ky) {
      accumulate_3<P, Stride, Left, Right>(acc, row, t.in_column, taps);
      row += t.in_row;
      taps += 3 * kLanes;
    }
    unroll<P>([&](auto p) __attribute__((always_inline)) {
      store(out + p * t.out_pixel, clamped(t.clamp, acc[p]));
    });
    bias += bias_step;
    in += kLanes;
    weights += 9 * kLanes;
    out += kLanes;
  }
}

using Function3x3 = void (*)(const RegisterTile&, int vectors);

template <int Stride, bool Left, bool Right, int... P>
NST_INLINE Function3x3 tile_3x3(int pixels, std::integer_sequence<int, P...>) {
  static constexpr Function3x3 functions[] = {run_3x3<P + 1, Stride, Left, Right>...};
  return functions[pixels - 1];
}

// Returns run_3x3 for this number of pixels, from 1 to kPixels. `left` says that the first pixel's
// left tap lies outside the picture, `right` that the last pixel's right tap does.
template <int Stride>
NST_INLINE Function3x3 tile_3x3(int pixels, bool left, bool right) {
  constexpr std::make_integer_sequence<int, kPixels> kSizes{};
  if (left && right) return tile_3x3<Stride, true, true>(pixels, kSizes);
  if (left) return tile_3x3<Stride, true, false>(pixels, kSizes);
  if (right) return tile_3x3<Stride, false, true>(pixels, kSizes);
  return tile_3x3<Stride, false, false>(pixels, kSizes);
}

}  // namespace depthwise
}  // namespace
}  // namespace nst::kernels
