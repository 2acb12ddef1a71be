// The axes of Winograd convolutions. The two axes of a convolution are independent, so each
// algorithm of winograd.hpp is a pair of them.
//
// An axis has:
//     kStep                input pixels (before upsampling) from a tile to the next
//     kIn                  input pixels that a tile reads
//     kOut                 outputs that a tile makes
//     kPoints              transformed inputs; input(d, v) computes them
//     kProducts            products; output(m, y) makes the outputs of them
//     point_of(product)    the transformed input that a product multiplies
//     kTaps                taps of the kernel
//     kWeights             distinct transformed weights
//     weight_of(product)   the transformed weight that a product multiplies
//     weights().at[weight] the coefficients of the taps in a transformed weight
//     origin(pad)          the first output of the first tile, in (-kOut, 0]
//     source(output, pad)  the first input pixel of the tile that starts at `output`
#pragma once

#include "kernels/generic/winograd_transform.hpp"

namespace nst::kernels {
namespace {
namespace axis {

// The coefficients of the taps in each transformed weight.
template <int Weights, int Taps>
struct Matrix {
  double at[Weights][Taps];
};

// The short axis of a 1xN kernel: one output at a time.
struct Single {
  static constexpr int kStep = 1, kIn = 1, kOut = 1, kPoints = 1, kProducts = 1, kTaps = 1,
                       kWeights = 1;
  static constexpr int point_of(int) { return 0; }
  static constexpr int weight_of(int) { return 0; }
  static constexpr Matrix<1, 1> weights() { return {{{1.0}}}; }
  static NST_INLINE void input(const Vec (&d)[1], Vec (&v)[1]) { v[0] = d[0]; }
  static NST_INLINE void output(const Vec (&m)[1], Vec (&y)[1]) { y[0] = m[0]; }
  static constexpr int origin(int) { return 0; }
  static constexpr int source(int output, int pad) { return output - pad; }
};

// Stride 1 by a transform F(kOut, kTaps).
template <class Transform>
struct Correlation {
  static constexpr int kStep = Transform::kOut, kIn = Transform::kIn, kOut = Transform::kOut,
                       kPoints = kIn, kProducts = kIn, kTaps = Transform::kTaps, kWeights = kIn;
  static constexpr int point_of(int product) { return product; }
  static constexpr int weight_of(int product) { return product; }
  static constexpr auto weights() { return Transform::kKernel; }
  static NST_INLINE void input(const Vec (&d)[kIn], Vec (&v)[kIn]) { Transform::input(d, v); }
  static NST_INLINE void output(const Vec (&m)[kIn], Vec (&y)[kOut]) { Transform::output(m, y); }
  static constexpr int origin(int) { return 0; }
  static constexpr int source(int output, int pad) { return output - pad; }
};

// Stride 2 with three taps, 9 products where the direct form takes 12. The outer taps read every
// other input, so four outputs are an F(4, 2) of these. The middle tap reads the inputs between,
// with one product for each output.
struct Strided {
  using Outer = Winograd42;
  static constexpr int kOut = Outer::kOut;
  static constexpr int kStep = 2 * kOut, kIn = kStep + 1, kPoints = kIn, kProducts = kIn, kTaps = 3,
                       kWeights = Outer::kIn + 1;
  static constexpr int point_of(int product) { return product; }
  static constexpr int weight_of(int product) {
    return product < Outer::kIn ? product : Outer::kIn;
  }
  static constexpr Matrix<kWeights, kTaps> weights() {
    Matrix<kWeights, kTaps> g{};
    for (int i = 0; i < Outer::kIn; ++i) {
      g.at[i][0] = Outer::kKernel.at[i][0];
      g.at[i][2] = Outer::kKernel.at[i][1];
    }
    g.at[Outer::kIn][1] = 1;
    return g;
  }
  static NST_INLINE void input(const Vec (&d)[kIn], Vec (&v)[kIn]) {
    Vec outer[Outer::kIn];
    Vec transformed[Outer::kIn];
    unroll<Outer::kIn>([&](auto i) __attribute__((always_inline)) { outer[i] = d[2 * i]; });
    Outer::input(outer, transformed);
    unroll<Outer::kIn>([&](auto i) __attribute__((always_inline)) { v[i] = transformed[i]; });
    unroll<kOut>([&](auto i) __attribute__((always_inline)) { v[Outer::kIn + i] = d[2 * i + 1]; });
  }
  static NST_INLINE void output(const Vec (&m)[kIn], Vec (&y)[kOut]) {
    Vec outer[Outer::kIn];
    unroll<Outer::kIn>([&](auto i) __attribute__((always_inline)) { outer[i] = m[i]; });
    Outer::output(outer, y);
    unroll<kOut>([&](auto i) __attribute__((always_inline)) { y[i] = y[i] + m[Outer::kIn + i]; });
  }
  static constexpr int origin(int) { return 0; }
  static constexpr int source(int output, int pad) { return 2 * output - pad; }
};

// Nearest-neighbour x2 upsampling, then three taps. With X the source, the outputs are two-tap
// correlations of X:
//     even: y[2i]     = w0 X[i-1] + (w1 + w2) X[i]
//     odd:  y[2i - 1] = (w0 + w1) X[i-1] + w2 X[i]
// So four even and four odd outputs come from the same five sources X[i-1] .. X[i+3] by F(4, 2). At
// the point 1 a transformed weight is the sum of its taps, which is the same for even and odd. So 5
// + 5 - 1 = 9 products make 8 outputs. A tile starts at an odd output: with the usual padding of 1,
// one before the picture.
struct Upsampled {
  using Half = Winograd42;
  static constexpr int kShared = 1;  // index of the point 1
  static constexpr int kStep = Half::kOut, kIn = Half::kIn, kOut = 2 * Half::kOut, kPoints = kIn,
                       kProducts = 2 * kIn - 1, kTaps = 3, kWeights = kProducts;

  // Returns the product of point `point` with the taps of the even (0) or odd (1) outputs.
  static constexpr int product_of(int point, int odd) {
    if (odd == 0 || point == kShared) return point;
    return kIn + point - (point > kShared ? 1 : 0);
  }
  static constexpr int point_of(int product) {
    if (product < kIn) return product;
    return product - kIn + (product - kIn >= kShared ? 1 : 0);
  }
  static constexpr int weight_of(int product) { return product; }
  static constexpr Matrix<kWeights, kTaps> weights() {
    Matrix<kWeights, kTaps> m{};
    for (int product = 0; product < kProducts; ++product) {
      const double first = Half::kKernel.at[point_of(product)][0];
      const double second = Half::kKernel.at[point_of(product)][1];
      m.at[product][0] = first;
      m.at[product][1] = product < kIn ? second : first;
      m.at[product][2] = second;
    }
    return m;
  }
  static NST_INLINE void input(const Vec (&d)[kIn], Vec (&v)[kIn]) { Half::input(d, v); }
  static NST_INLINE void output(const Vec (&m)[kProducts], Vec (&y)[kOut]) {
    unroll<2>([&](auto odd) __attribute__((always_inline)) {
      Vec in[kIn];
      Vec out[Half::kOut];
      unroll<kIn>([&](auto i) __attribute__((always_inline)) { in[i] = m[product_of(i, odd)]; });
      Half::output(in, out);
      unroll<Half::kOut>([&](auto i)
                             __attribute__((always_inline)) { y[2 * i + 1 - odd] = out[i]; });
    });
  }
  static constexpr int origin(int pad) { return -(pad & 1); }
  // Output 2 s + pad - 2 is the odd one before source s. It reads the sources from s - 1 on.
  static constexpr int source(int output, int pad) { return (output - pad) / 2; }
};

}  // namespace axis
}  // namespace
}  // namespace nst::kernels
