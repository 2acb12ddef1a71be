// The short convolutions behind the fast algorithms, as transforms of vectors: Toom-Cook / Winograd
// with the points 0, 1, -1, 2, -1/2 and infinity (Lavin & Gray 2015, arXiv 1509.09308). The points
// 2 and -1/2 in place of +-2 lose fewer digits (Barabasz et al. 2018, arXiv 1803.10986).
#pragma once

#include "kernels/generic/simd.hpp"

namespace nst::kernels {
namespace {

// F(4, 3): 4 outputs of a 3-tap correlation from 6 inputs by 6 products, y = Aᵀ[(G g) ⊙ (Bᵀ d)].
struct Winograd43 {
  static constexpr int kIn = 6;
  static constexpr int kOut = 4;
  static constexpr int kTaps = 3;

  // Row i is [1, a, a²] / Π (a − other points) for point a; the last is ∞.
  static constexpr double kKernel[kIn][kTaps] = {{1.0, 0.0, 0.0},
                                                 {-1.0 / 3, -1.0 / 3, -1.0 / 3},
                                                 {1.0 / 3, -1.0 / 3, 1.0 / 3},
                                                 {1.0 / 15, 2.0 / 15, 4.0 / 15},
                                                 {-16.0 / 15, 8.0 / 15, -4.0 / 15},
                                                 {0.0, 0.0, 1.0}};

  // Bᵀ d. Row i holds the coefficients of Π (x − other points).
  static NST_INLINE void input(const Vec (&d)[kIn], Vec (&v)[kIn]) {
    const Vec f0 = d[3] - d[1];
    const Vec f1 = d[4] - d[2];
    const Vec e0 = fma(splat(-1.5f), d[2], f0);
    const Vec e1 = fma(splat(-1.5f), d[3], f1);
    v[0] = fma(splat(-1.5f), f0, fma(splat(-2.0f), d[2], d[0] + d[4]));
    v[1] = e1 + e0;
    v[2] = e1 - e0;
    v[3] = fma(splat(0.5f), f0, f1);
    v[4] = fma(splat(-2.0f), f0, f1);
    v[5] = fma(splat(-1.5f), f1, fma(splat(-2.0f), d[3], d[1] + d[5]));
  }

  // Aᵀ m. Row k holds aᵏ.
  static NST_INLINE void output(const Vec (&m)[kIn], Vec (&y)[kOut]) {
    const Vec sum = m[1] + m[2];
    const Vec difference = m[1] - m[2];
    y[0] = (m[0] + sum) + (m[3] + m[4]);
    y[1] = fma(splat(2.0f), m[3], fma(splat(-0.5f), m[4], difference));
    y[2] = fma(splat(4.0f), m[3], fma(splat(0.25f), m[4], sum));
    y[3] = fma(splat(8.0f), m[3], fma(splat(-0.125f), m[4], difference)) + m[5];
  }
};

// F(4, 2): 4 outputs of a 2-tap correlation from 5 inputs by 5 products, with the points 0, 1, -1,
// 1/2, infinity.
struct Winograd42 {
  static constexpr int kIn = 5;
  static constexpr int kOut = 4;

  static constexpr double kKernel[kIn][2] = {
      {2.0, 0.0}, {1.0, 1.0}, {-1.0 / 3, 1.0 / 3}, {-8.0 / 3, -4.0 / 3}, {0.0, 1.0}};

  static NST_INLINE void input(const Vec (&d)[kIn], Vec (&v)[kIn]) {
    const Vec f = d[3] - d[1];
    const Vec g = d[2] - d[0];
    const Vec e0 = fma(splat(-0.5f), d[1], d[2]);
    const Vec e1 = fma(splat(-0.5f), d[2], d[3]);
    v[0] = fma(splat(-0.5f), g, f);
    v[1] = e1 + e0;
    v[2] = e1 - e0;
    v[3] = f;
    v[4] = fma(splat(-0.5f), f, d[4] - d[2]);
  }

  static NST_INLINE void output(const Vec (&m)[kIn], Vec (&y)[kOut]) {
    const Vec sum = m[1] + m[2];
    const Vec difference = m[1] - m[2];
    y[0] = (m[0] + sum) + m[3];
    y[1] = fma(splat(0.5f), m[3], difference);
    y[2] = fma(splat(0.25f), m[3], sum);
    y[3] = fma(splat(0.125f), m[3], difference) + m[4];
  }
};

// F(3, 3): 3 outputs of a 3-tap correlation from 5 inputs by 5 products, with the points 0, -1/2,
// 1, -2, infinity: a third less rounding error than 0, 1, -1, 1/2, infinity.
struct Winograd33 {
  static constexpr int kIn = 5;
  static constexpr int kOut = 3;
  static constexpr int kTaps = 3;

  static constexpr double kKernel[kIn][kTaps] = {{-1.0, 0.0, 0.0},
                                                 {8.0 / 9, -4.0 / 9, 2.0 / 9},
                                                 {2.0 / 9, 2.0 / 9, 2.0 / 9},
                                                 {-1.0 / 9, 2.0 / 9, -4.0 / 9},
                                                 {0.0, 0.0, 1.0}};

  static NST_INLINE void input(const Vec (&d)[kIn], Vec (&v)[kIn]) {
    v[0] = fma(splat(1.5f), d[2] - d[1], d[3] - d[0]);
    v[1] = fma(splat(-2.0f), d[1], d[3] + d[2]);
    v[2] = fma(splat(2.5f), d[2], d[3] + d[1]);
    v[3] = fma(splat(-0.5f), d[2] + d[1], d[3]);
    v[4] = fma(splat(1.5f), d[3] - d[2], d[4] - d[1]);
  }

  static NST_INLINE void output(const Vec (&m)[kIn], Vec (&y)[kOut]) {
    y[0] = (m[0] + m[1]) + (m[2] + m[3]);
    y[1] = fma(splat(-0.5f), m[1], fma(splat(-2.0f), m[3], m[2]));
    y[2] = fma(splat(0.25f), m[1], fma(splat(4.0f), m[3], m[2])) + m[4];
  }
};

}  // namespace
}  // namespace nst::kernels
