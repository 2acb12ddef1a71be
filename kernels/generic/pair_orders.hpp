// The orders of paired products: which channels go together, and how a pixel's own term is summed.
#pragma once

#include "kernels/generic/paired_products.hpp"

namespace nst::kernels {
namespace {
namespace paired_products {

// Sides of eight, then one of four: a pixel's own term is a product of whole vectors. Chains of 96
// products.
struct SidesOfEight : Order<8, 4, 4> {
  // corrections[i] = Σ ± x1 x2 over the pairs of pixel i, which is at x + i * stride, or
  // kZeroRow.
  static NST_INLINE void row_corrections(const float* x, std::ptrdiff_t stride, int pixels,
                                         int depth, float* corrections) {
    for (; pixels > 0; --pixels, x += stride, ++corrections) {
      *corrections = row_correction(row_sum(x, depth), x, depth);
    }
  }

 private:
  static NST_INLINE float row_sum(const float* x, int depth) {
    Vec sum = splat(0.0f);
    // Whole vectors read on, into the group's third side; what that gives is dropped.
    for (int groups = groups_of(depth); groups > 0; --groups, x += kGroup) {
      sum = fma(load(x), load(x + kSide), sum);
    }
    if (small_groups_of(depth) != 0) {
      sum = fma(load_partial(x, kSmallSide), load_partial(x + kSmallSide, kSmallSide), sum);
    }
    return alternating_sum(sum);
  }

  // (v0 − v1) + (v2 − v3) + .. of the first kSide lanes.
  static NST_INLINE float alternating_sum(Vec v) {
    const __m128 four = _mm_add_ps(_mm512_maskz_extractf32x4_ps(0xf, v, 0),
                                   _mm512_maskz_extractf32x4_ps(0xf, v, 1));
    const __m128 two = _mm_hsub_ps(four, four);
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
  }
};

// Sides of two: the floats that a pixel's products read at once lie in different banks of the
// first-level cache, which serves no two lines from the same bank in a cycle (10 pixels: 87 GMAC/s,
// 85 with sides of eight). Chains of 48 products, for these pairs round more: of 96, the layers'
// first values were up to 1.08e-4 from TensorFlow's.
struct SidesOfTwo : Order<2, 0, 8> {
  // As SidesOfEight::row_corrections, four pixels at a time, whose lanes are summed together.
  static NST_INLINE void row_corrections(const float* x, std::ptrdiff_t stride, int pixels,
                                         int depth, float* corrections) {
    constexpr int kFour = 4;
    for (; pixels > 0; pixels -= kFour, x += kFour * stride) {
      __m512 sums[kFour];
      unroll<kFour>([&](auto i) __attribute__((always_inline)) {
        sums[i] = row_sums(x + min_of(i, pixels - 1) * stride, depth);
      });
      // A quarter for each pixel.
      const __m512 quarters =
          add_quarters(add_halves(sums[0], sums[1]), add_halves(sums[2], sums[3]));
      const __m512 totals = quarters + _mm512_maskz_permute_ps(0xffff, quarters, 2);
      alignas(64) float lanes[kLanes];
      store(lanes, Vec(totals));
      for (int i = 0; i < min_of(pixels, kFour); ++i, ++corrections) {
        const float term = lanes[kFour * i];
        *corrections = row_correction(term, x + i * stride, depth);
      }
    }
  }

 private:
  // The first n floats from p on, n of any sign and size, zero in the other lanes.
  static NST_INLINE Vec load_at_most(const float* p, int n) {
    return Vec(_mm512_maskz_loadu_ps(first_lanes(max_of(0, min_of(n, kLanes))), p));
  }

  // In the even lanes, parts of Σ ± x1 x2 over the pairs of a pixel. Groups meet the lanes alike
  // again after three vectors, of which each lane has one that holds a pair's first channel, added
  // in even lanes. Their neighbours are subtracted first: sums of one sign would grow.
  static NST_INLINE __m512 row_sums(const float* x, int depth) {
    constexpr int kVectors = 3;
    static_assert(kLanes == 16 && kSide == 2 && kVectors * kLanes % kGroup == 0);
    // Lanes whose pairs begin in the second, the third vector.
    constexpr auto beginnings = [](int vector) {
      unsigned mask = 0;
      for (int i = 0; i < kLanes; ++i) {
        mask |= ((vector * kLanes + i) % kGroup < kSide ? 1u : 0u) << i;
      }
      return static_cast<__mmask16>(mask);
    };
    Vec sums[kVectors] = {splat(0.0f), splat(0.0f), splat(0.0f)};
    const auto add = [&](auto vector, Vec low, Vec high) __attribute__((always_inline)) {
      const __m512i next = _mm512_maskz_alignr_epi32(0xffff, _mm512_castps_si512(high.data),
                                                     _mm512_castps_si512(low.data), kSide);
      sums[vector] = fma(low, Vec(_mm512_castsi512_ps(next)), sums[vector]);
    };
    constexpr std::integral_constant<int, 0> k0;
    constexpr std::integral_constant<int, 1> k1;
    constexpr std::integral_constant<int, 2> k2;
    int left = depth - singles_of(depth);
    for (; left >= kVectors * kLanes; left -= kVectors * kLanes, x += kVectors * kLanes) {
      const Vec a = load(x);
      const Vec b = load(x + kLanes);
      const Vec c = load(x + 2 * kLanes);
      add(k0, a, b);
      add(k1, b, c);
      add(k2, c, c);
    }
    if (left > 0) {
      const Vec a = load_at_most(x, left);
      const Vec b = load_at_most(x + kLanes, left - kLanes);
      add(k0, a, b);
      if (left > 2 * kLanes) {
        const Vec c = load_at_most(x + 2 * kLanes, left - 2 * kLanes);
        add(k1, b, c);
        add(k2, c, c);
      } else if (left > kLanes) {
        add(k1, b, b);
      }
    }
    const __m512 first_two = _mm512_mask_blend_ps(beginnings(1), sums[0].data, sums[1].data);
    const __m512 all = _mm512_mask_blend_ps(beginnings(2), first_two, sums[2].data);
    return all - _mm512_maskz_movehdup_ps(0xffff, all);
  }

  // a and b folded: the sums of their halves' lanes, or of their quarters'.
  static NST_INLINE __m512 add_halves(__m512 a, __m512 b) {
    return _mm512_maskz_shuffle_f32x4(0xffff, a, b, 0x44) +
           _mm512_maskz_shuffle_f32x4(0xffff, a, b, 0xee);
  }
  static NST_INLINE __m512 add_quarters(__m512 a, __m512 b) {
    return _mm512_maskz_shuffle_f32x4(0xffff, a, b, 0x88) +
           _mm512_maskz_shuffle_f32x4(0xffff, a, b, 0xdd);
  }
};

}  // namespace paired_products
}  // namespace
}  // namespace nst::kernels
