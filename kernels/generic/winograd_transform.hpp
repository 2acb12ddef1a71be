// One-dimensional Winograd transforms (Toom-Cook; Lavin & Gray 2015, arXiv 1509.09308). The
// transform F(m, r) computes m outputs of an r-tap correlation from m + r - 1 inputs:
//
//     y = Aᵀ [(G g) ⊙ (Bᵀ d)]
//
// y are the outputs, g the taps, d the inputs, and ⊙ multiplies elements. A, G and B are constant
// matrices. Each input costs one multiplication; direct convolution needs m * r.
//
// A, G and B follow from a choice of interpolation points. The points decide how many digits are
// lost (Barabasz et al. 2018, arXiv 1803.10986). Those used here are the best that a search over
// small fractions found. The errors stated below are differences between float32 and exact results,
// for sums over 128 channels. They are divided by the standard deviation of the exact results.
#pragma once

#include "kernels/generic/simd.hpp"

namespace nst::kernels {
namespace {

// The transform F(Outputs, Taps). Its interpolation points are 0, infinity, and ±a for each a in
// Magnitudes::kAt.
//
// Let P(x) be the product of (x² - a²) over all a, and let Q = P / (x² - a²) for one a. Each row of
// Bᵀ has the coefficients of a polynomial:
//     row of point 0      P
//     row of infinity     x P
//     row of point a      x (x + a) Q
//     row of point -a     x (x - a) Q: the same even powers, the odd ones negated
// The row of G for point a is [1, a, a² …], divided by the value of that polynomial at a.
template <int Outputs, int Taps, class Magnitudes>
struct ToomCook {
  static constexpr int kOut = Outputs;
  static constexpr int kTaps = Taps;
  static constexpr int kIn = Outputs + Taps - 1;
  static constexpr int kPairs = (kIn - 2) / 2;
  static_assert(kIn == 2 * kPairs + 2, "points come in pairs");

  struct Polynomial {
    double at[kPairs + 1];  // coefficients of x⁰, x², x⁴ …; there are no odd powers
  };
  // Returns the polynomial P. If `omitted` is not -1, leaves out the factor (x² - a²) of the pair
  // of points ±a with this index, and so returns Q.
  static constexpr Polynomial product(int omitted) {
    Polynomial p{};
    p.at[0] = 1;
    for (int i = 0; i < kPairs; ++i) {
      if (i == omitted) continue;
      for (int k = kPairs; k >= 0; --k) {
        p.at[k] = (k > 0 ? p.at[k - 1] : 0.0) - Magnitudes::kAt[i] * Magnitudes::kAt[i] * p.at[k];
      }
    }
    return p;
  }
  static constexpr double power(double base, int exponent) {
    double result = 1;
    for (int i = 0; i < exponent; ++i) result *= base;
    return result;
  }

  struct Kernel {
    double at[kIn][kTaps];
  };
  static constexpr Kernel kernel() {
    Kernel g{};
    g.at[0][0] = 1 / product(-1).at[0];
    for (int i = 0; i < kPairs; ++i) {
      const double a = Magnitudes::kAt[i];
      double q = 0;
      for (int k = 0; k < kPairs; ++k) q += product(i).at[k] * power(a, 2 * k);
      for (int t = 0; t < kTaps; ++t) {
        g.at[1 + 2 * i][t] = power(a, t) / (2 * a * a * q);
        g.at[2 + 2 * i][t] = power(-a, t) / (2 * a * a * q);
      }
    }
    g.at[kIn - 1][kTaps - 1] = 1;
    return g;
  }
  static constexpr Kernel kKernel = kernel();

  // Returns Σ product(Omitted).at[k] * d[First + 2 k] over k in [0, Terms). The last coefficient is
  // one, so it needs no multiplication.
  template <int Terms, int Omitted, int First>
  static NST_INLINE Vec even_sum(const Vec (&d)[kIn]) {
    Vec sum = d[First + 2 * (Terms - 1)];
    unroll<Terms - 1>([&](auto k) __attribute__((always_inline)) {
      constexpr auto coefficient = static_cast<float>(product(Omitted).at[k]);
      sum = fma(broadcast(coefficient), d[First + 2 * k], sum);
    });
    return sum;
  }

  static NST_INLINE void input(const Vec (&d)[kIn], Vec (&v)[kIn]) {
    v[0] = even_sum<kPairs + 1, -1, 0>(d);
    unroll<kPairs>([&](auto i) __attribute__((always_inline)) {
      constexpr auto a = static_cast<float>(Magnitudes::kAt[i]);
      const Vec even = even_sum<kPairs, i, 2>(d);
      const Vec odd = even_sum<kPairs, i, 1>(d);
      v[1 + 2 * i] = fma(broadcast(a), odd, even);
      v[2 + 2 * i] = fma(broadcast(-a), odd, even);
    });
    v[kIn - 1] = even_sum<kPairs + 1, -1, 1>(d);
  }

  // Computes the outputs y = Aᵀ m from the products m. Row k of Aᵀ contains the k-th powers of the
  // interpolation points.
  static NST_INLINE void output(const Vec (&m)[kIn], Vec (&y)[kOut]) {
    Vec sums[kPairs];
    Vec differences[kPairs];
    unroll<kPairs>([&](auto i) __attribute__((always_inline)) {
      sums[i] = m[1 + 2 * i] + m[2 + 2 * i];
      differences[i] = m[1 + 2 * i] - m[2 + 2 * i];
    });
    unroll<kOut>([&](auto k) __attribute__((always_inline)) {
      const Vec(&terms)[kPairs] = k % 2 == 0 ? sums : differences;
      Vec sum = k == 0 ? m[0] + terms[0] : broadcast(power_of<k>(0)) * terms[0];
      unroll<kPairs - 1>([&](auto i) __attribute__((always_inline)) {
        sum = k == 0 ? sum + terms[i + 1] : fma(broadcast(power_of<k>(i + 1)), terms[i + 1], sum);
      });
      y[k] = k == kOut - 1 ? sum + m[kIn - 1] : sum;
    });
  }

 private:
  template <int K>
  static constexpr float power_of(int pair) {
    return static_cast<float>(power(Magnitudes::kAt[pair], K));
  }
};

// Choices of interpolation points for ToomCook: the magnitudes a of the pairs of points ±a.
struct TwoPairs {
  static constexpr double kAt[] = {1.5, 2.0 / 3};
};
struct ThreePairs {
  static constexpr double kAt[] = {1.0, 2.0, 0.5};
};
struct FourPairs {
  static constexpr double kAt[] = {2.0, 0.5, 0.75, 4.0 / 3};
};

// The transform F(4, 3): 4 outputs of a filter with 3 taps. Its error, when applied to both axes,
// is 7.4e-7 rms and 4.2e-6 at most, relative to the standard deviation of the exact outputs. (With
// the points 0, ±1, 2, -1/2 and infinity it would be 1.1e-6 and 6.1e-6.) The errors below are
// relative to the same.
using Winograd43 = ToomCook<4, 3, TwoPairs>;
// The transform F(4, 5). Its error, when applied to both axes, is 2.3e-6 rms and 1.2e-5 at most.
using Winograd45 = ToomCook<4, 5, ThreePairs>;
// The transform F(4, 7). Its error, when applied to one axis, is 1.7e-6 rms and 1.2e-5 at most.
using Winograd47 = ToomCook<4, 7, FourPairs>;

// The transform F(4, 2) with the interpolation points 0, 1, -1, 1/2 and infinity.
struct Winograd42 {
  static constexpr int kIn = 5;
  static constexpr int kOut = 4;

  struct Kernel {
    double at[kIn][2];
  };
  static constexpr Kernel kKernel = {
      {{2.0, 0.0}, {1.0, 1.0}, {-1.0 / 3, 1.0 / 3}, {-8.0 / 3, -4.0 / 3}, {0.0, 1.0}}};

  static NST_INLINE void input(const Vec (&d)[kIn], Vec (&v)[kIn]) {
    const Vec f = d[3] - d[1];
    const Vec g = d[2] - d[0];
    const Vec e0 = fma(broadcast(-0.5f), d[1], d[2]);
    const Vec e1 = fma(broadcast(-0.5f), d[2], d[3]);
    v[0] = fma(broadcast(-0.5f), g, f);
    v[1] = e1 + e0;
    v[2] = e1 - e0;
    v[3] = f;
    v[4] = fma(broadcast(-0.5f), f, d[4] - d[2]);
  }

  static NST_INLINE void output(const Vec (&m)[kIn], Vec (&y)[kOut]) {
    const Vec sum = m[1] + m[2];
    const Vec difference = m[1] - m[2];
    y[0] = (m[0] + sum) + m[3];
    y[1] = fma(broadcast(0.5f), m[3], difference);
    y[2] = fma(broadcast(0.25f), m[3], sum);
    y[3] = fma(broadcast(0.125f), m[3], difference) + m[4];
  }
};

// The transform F(3, 3) with the interpolation points 0, -1/2, 1, -2 and infinity. The points 0, 1,
// -1, 1/2 and infinity would give a rounding error 1.5 times as large.
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
    v[0] = fma(broadcast(1.5f), d[2] - d[1], d[3] - d[0]);
    v[1] = fma(broadcast(-2.0f), d[1], d[3] + d[2]);
    v[2] = fma(broadcast(2.5f), d[2], d[3] + d[1]);
    v[3] = fma(broadcast(-0.5f), d[2] + d[1], d[3]);
    v[4] = fma(broadcast(1.5f), d[3] - d[2], d[4] - d[1]);
  }

  static NST_INLINE void output(const Vec (&m)[kIn], Vec (&y)[kOut]) {
    y[0] = (m[0] + m[1]) + (m[2] + m[3]);
    y[1] = fma(broadcast(-0.5f), m[1], fma(broadcast(-2.0f), m[3], m[2]));
    y[2] = fma(broadcast(0.25f), m[1], fma(broadcast(4.0f), m[3], m[2])) + m[4];
  }
};

// Transforms the columns of a tile, then its rows: InY x InX values become OutY x OutX values.
//     load_value(y, x)           returns the value at row y, column x
//     along_y, along_x           transform one column, one row
//     keeps(i)                   returns false if row i of the results is not needed
//     store_value(i, j, value)   receives the result at row i, column j
template <int InY, int OutY, int InX, int OutX, class Load, class AlongY, class AlongX, class Keeps,
          class Store>
NST_INLINE void transform_2d(Load&& load_value, AlongY&& along_y, AlongX&& along_x, Keeps&& keeps,
                             Store&& store_value) {
  Vec columns[InX][OutY];
  unroll<InX>([&](auto x) __attribute__((always_inline)) {
    Vec column[InY];
    unroll<InY>([&](auto y) __attribute__((always_inline)) { column[y] = load_value(y, x); });
    along_y(column, columns[x]);
  });
  unroll<OutY>([&](auto i) __attribute__((always_inline)) {
    if (!keeps(i)) return;
    Vec row[InX];
    Vec out[OutX];
    unroll<InX>([&](auto x) __attribute__((always_inline)) { row[x] = columns[x][i]; });
    along_x(row, out);
    unroll<OutX>([&](auto j) __attribute__((always_inline)) { store_value(i, j, out[j]); });
  });
}

}  // namespace
}  // namespace nst::kernels
