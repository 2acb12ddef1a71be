// Two orders of paired products (paired_products.hpp). An order says which input channels form
// pairs, and in what order the row correction of a pixel is summed. The row correction is the sum
// of the products of the pixel's pairs. Neighbouring channels form groups. A group has three sides
// of equal size: channels of the first side are paired with channels of the second, and channels of
// the third are multiplied singly.
#pragma once

#include "kernels/generic/paired_products.hpp"

namespace nst::kernels {
namespace {
namespace paired_products {

// The order with sides of eight channels: a group has three sides, so 24 channels. If 12 or more
// channels remain, they form one more group, with sides of four. An accumulation chain has 24
// products (one group). Chains of 96 products would save 3 % of Inception's time, but round more.
// Compared with a float64 computation, the error of its style vectors is now 1.7 times
// TensorFlow's. With chains of 96 products it would be twice TensorFlow's.
struct SidesOfEight : Order<8, 4, 1> {
  // Computes the row correction of each pixel: corrections[i] = Σ ± x1 x2 over all pairs (x1, x2)
  // of the pixel's inputs. These inputs are at x + i * stride. If all inputs of the pixel are zero,
  // writes kZeroRow instead, so that the exact results for zero inputs are used.
  static NST_INLINE void row_corrections(const float* x, std::ptrdiff_t stride, int pixels,
                                         int depth, float* corrections) {
    for (; pixels > 0; --pixels, x += stride, ++corrections) {
      *corrections = row_correction(row_sum(x, depth), x, depth);
    }
  }

 private:
  static NST_INLINE float row_sum(const float* x, int depth) {
    Vec sum = broadcast(0.0f);
    // Only the first eight of the 16 lanes contain products of pairs. The other lanes are computed
    // too, but alternating_sum ignores them.
    for (int groups = groups_of(depth); groups > 0; --groups, x += kGroup) {
      sum = fma(load(x), load(x + kSide), sum);
    }
    if (small_groups_of(depth) != 0) {
      sum = fma(load_masked_tail(x, kSmallSide), load_masked_tail(x + kSmallSide, kSmallSide), sum);
    }
    return alternating_sum(sum);
  }

  // Returns (v0 − v1) + (v2 − v3) + … over the first kSide lanes.
  static NST_INLINE float alternating_sum(Vec v) {
    const __m128 four = _mm_add_ps(_mm512_maskz_extractf32x4_ps(0xf, v, 0),
                                   _mm512_maskz_extractf32x4_ps(0xf, v, 1));
    const __m128 two = _mm_hsub_ps(four, four);
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
  }
};

// The order with sides of two channels: a group has three sides, so six channels. This order reads
// L1 faster than SidesOfEight. L1 consists of banks, and reads only one line of each bank in a
// cycle. In this order, floats that are read in the same cycle lie in different banks. With
// register tiles of 10 pixels, sides of two give 87 GMAC/s, sides of eight 85. An accumulation
// chain has 48 products. With chains of 96, layers differed from TensorFlow's by up to 1.08e-4; the
// tests allow 1e-4.
struct SidesOfTwo : Order<2, 0, 8> {
  // Computes the row corrections of pixels, as SidesOfEight::row_corrections does. Takes four
  // pixels at a time, because the lanes of four vectors can be added up together.
  static NST_INLINE void row_corrections(const float* x, std::ptrdiff_t stride, int pixels,
                                         int depth, float* corrections) {
    constexpr int kFour = 4;
    for (; pixels > 0; pixels -= kFour, x += kFour * stride) {
      __m512 sums[kFour];
      unroll<kFour>([&](auto i) __attribute__((always_inline)) {
        sums[i] = row_sums(x + min_of(i, pixels - 1) * stride, depth);
      });
      // Adds lanes to each other, until the sums of all four pixels fit in one vector. Each quarter
      // of the vector contains partial sums of one pixel.
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
  // Loads the first n floats at p; the other lanes are zero. Loads nothing if n ≤ 0, and a whole
  // vector if n ≥ kLanes.
  static NST_INLINE Vec load_at_most(const float* p, int n) {
    return Vec(_mm512_maskz_loadu_ps(lane_mask(max_of(0, min_of(n, kLanes))), p));
  }

  // Returns a vector of partial sums for one pixel. Its even lanes add up to the pixel's row
  // correction Σ ± x1 x2. Its odd lanes have no meaning.
  //
  // The two channels of a pair are kSide = 2 floats apart. So each float is multiplied by the float
  // two further. This gives the product of a pair only in lanes that hold a pair's first channel.
  // Which lanes these are differs from vector to vector, and repeats every three vectors. So there
  // are three sums, one for each of the three vectors. In the end, each lane is taken from the one
  // sum that has pairs there.
  //
  // Products in even lanes are to be added, products in odd lanes to be subtracted. Each odd lane
  // is subtracted from the even lane before it, and then the even lanes are added up. Adding up all
  // even and all odd lanes first would give two large sums, because inputs often have the same
  // sign. Large sums round more.
  static NST_INLINE __m512 row_sums(const float* x, int depth) {
    constexpr int kVectors = 3;
    static_assert(kLanes == 16 && kSide == 2 && kVectors * kLanes % kGroup == 0);
    // Returns a mask of the lanes that hold the first channel of a pair. The lanes repeat every
    // three vectors; `vector` is 0, 1 or 2.
    constexpr auto beginnings = [](int vector) {
      unsigned mask = 0;
      for (int i = 0; i < kLanes; ++i) {
        mask |= ((vector * kLanes + i) % kGroup < kSide ? 1u : 0u) << i;
      }
      return static_cast<__mmask16>(mask);
    };
    Vec sums[kVectors] = {broadcast(0.0f), broadcast(0.0f), broadcast(0.0f)};
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

  // add_halves adds the upper half of each vector to its lower half. add_quarters adds the two
  // quarters of each half. Each takes two vectors and returns one vector, whose lower half contains
  // the sums of `a`, and whose upper half contains the sums of `b`.
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
