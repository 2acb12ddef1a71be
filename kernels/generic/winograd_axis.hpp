// The axes of Winograd convolutions. A convolution transforms rows and columns independently, so
// each algorithm of winograd.hpp combines two axes.
//
// A tile's input pixels are transformed to values called points. Product number n multiplies one
// point by one transformed weight. An axis has:
//     kStep                distance from a tile to the next, in input pixels before upsampling
//     kIn                  number of input pixels that a tile reads
//     kOut                 number of outputs that a tile makes
//     kPoints              number of points
//     input(d, v)          computes the points v from the input pixels d
//     kProducts            number of products
//     output(m, y)         computes the outputs y from the products m
//     point_of(n)          index of the point that product n multiplies
//     weight_of(n)         index of the transformed weight that product n multiplies
//     kTaps                number of taps of the kernel
//     kWeights             number of different transformed weights
//     weights().at[i][tap] coefficient of a tap in transformed weight i
//     origin(pad)          first output of the first tile, from 1 - kOut to 0
//     source(output, pad)  first input pixel of the tile whose first output is `output`
#pragma once

#include "kernels/generic/winograd_transform.hpp"

namespace nst::kernels {
namespace {
namespace axis {

// Transformed weight i is the sum of at[i][tap] times the weight of the tap, over all taps.
template <int Weights, int Taps>
struct Matrix {
  double at[Weights][Taps];
};

// The axis for a direction in which the kernel has only one tap, such as the columns of a 1xN
// kernel. Along this axis, a tile has one output and nothing is transformed.
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

// The axis for stride 1. It uses the transform F(kOut, kTaps) (winograd_transform.hpp).
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

// The axis for stride 2 with three taps. It takes 9 multiplications for four outputs; direct
// convolution takes 12. Input pixels are numbered from the tile's first one. The first and the
// third tap read only even pixels, so the transform F(4, 2) computes their part of the four
// outputs. The second tap reads only odd pixels, with one multiplication for each output.
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

// The axis for nearest-neighbour upsampling by 2, followed by three taps w0, w1, w2. Upsampled
// pixels 2 i and 2 i + 1 are both the source pixel X[i]. So an output depends on only two source
// pixels:
//     even outputs: y[2i]     = w0 X[i-1] + (w1 + w2) X[i]
//     odd outputs:  y[2i - 1] = (w0 + w1) X[i-1] + w2 X[i]
// A tile has four even and four odd outputs. One transform F(4, 2) computes the even outputs,
// another the odd ones. Each takes 5 products, from the same five source pixels X[i-1] … X[i+3].
// One product is the same in both: at the interpolation point 1, the transformed weight is the sum
// of all taps, w0 + w1 + w2. So 5 + 5 - 1 = 9 products make 8 outputs. A tile begins with an odd
// output. With the usual padding of 1, the first tile's first output lies one before the picture.
struct Upsampled {
  using Half = Winograd42;
  static constexpr int kShared = 1;  // index of the point 1, whose product both transforms share
  static constexpr int kStep = Half::kOut, kIn = Half::kIn, kOut = 2 * Half::kOut, kPoints = kIn,
                       kProducts = 2 * kIn - 1, kTaps = 3, kWeights = kProducts;

  // Returns the index of the product in which point number `point` takes part for the even outputs
  // (odd = 0) or the odd outputs (odd = 1). For point kShared, this is the same product.
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
  // Returns the first source pixel that a tile reads. A tile's first output is an odd one, and its
  // first tap reads source pixel (output - pad) / 2.
  static constexpr int source(int output, int pad) { return (output - pad) / 2; }
};

}  // namespace axis
}  // namespace
}  // namespace nst::kernels
