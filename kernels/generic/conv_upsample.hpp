// Nearest-neighbour x2 upsampling followed by a 3x3 convolution, at 81 products per 64 outputs (the
// direct form takes 576).
//
// Along one axis, with X the source, outputs 2i and 2i + 1 are two-tap correlations of it:
//   even: y[2i]     = w0 X[i-1] + (w1 + w2) X[i]
//   odd:  y[2i - 1] = (w0 + w1) X[i-1] + w2 X[i]
// so both come from the same five sources X[i-1] .. X[i+3] by F(4, 2). At the point 1 a kernel is
// the sum of its taps, which is the same for both: 5 + 5 - 1 = 9 products give 8 outputs, 9 x 9 =
// 81 in two dimensions. A tile's outputs start at an odd one, hence the grid of blocks starts
// before the picture. Reflecting the upsampled picture by one pixel repeats the source's edge.
#pragma once

#include "kernels/generic/tiles.hpp"
#include "kernels/generic/transform.hpp"

namespace nst::kernels {
namespace {
namespace upsample {

constexpr int kIn = Winograd42::kIn;
constexpr int kSources = Winograd42::kOut;  // source rows and columns a tile advances
constexpr int kShared = 1;                  // index of the point 1
// Along one axis: even taps at every point, odd taps but for kShared.
constexpr int kProducts = 2 * kIn - 1;

bool suits(const ConvSpec& spec) {
  return spec.kernel_h == 3 && spec.kernel_w == 3 && spec.stride == 1 && spec.upsample == 2 &&
         !spec.depthwise && spec.in_c >= 8 && spec.out_c >= 8;
}

// The product of point `point` with the even (0) or odd (1) outputs' taps.
constexpr int product_of(int point, int odd) {
  if (odd == 0 || point == kShared) return point;
  return kIn + point - (point > kShared ? 1 : 0);
}
constexpr int point_of(int product) {
  if (product < kIn) return product;
  return product - kIn + (product - kIn >= kShared ? 1 : 0);
}

// Rows of the 9 x 3 matrix that takes the three taps to the products' weights.
struct KernelMatrix {
  double at[kProducts][3];
};
constexpr KernelMatrix kernel_matrix() {
  KernelMatrix m{};
  for (int product = 0; product < kProducts; ++product) {
    const double* g = Winograd42::kKernel[point_of(product)];
    m.at[product][0] = g[0];
    m.at[product][1] = product < kIn ? g[1] : g[0];
    m.at[product][2] = g[1];
  }
  return m;
}
constexpr KernelMatrix kKernelMatrix = kernel_matrix();

void pack(const ConvSpec& spec, const float* weights, float* packed) {
  tiles::pack(kKernelMatrix.at, spec, weights, packed);
}

// See tiles.hpp for what these members are.
struct Upsample {
  using Transform = Winograd42;
  static constexpr int kOut = 2 * kSources;
  static constexpr int kProducts = upsample::kProducts;

  static constexpr int point_of(int product) { return upsample::point_of(product); }
  // A tile starts at an odd output with the usual padding of 1.
  static constexpr int origin(int pad) { return -(pad & 1); }
  // Output 2 s + pad - 2 is the odd one before source s, which it reads from s - 1 on.
  static constexpr int source(int tile, int pad) { return (tile - pad) / 2; }

  // The surplus of the last tiles is border like any other.
  static Window window(const ConvArgs& args, Block, const Rect& rect, float* scratch) {
    ConvArgs source = args;
    source.plan.spec.upsample = 1;
    if (args.geometry.border == Border::reflect) source.geometry.border = kRepeatEdge;
    if (reads_in_place(source, rect, false)) return window_in_place(source, rect);
    return form_window(source, Block{}, rect, scratch);
  }

  // One tile's outputs for one vector of channels. M holds the products row by row.
  static NST_INLINE void output(const float* m, std::ptrdiff_t point_stride,
                                const tiles::Epilogue& e) {
    unroll<2>([&](auto odd_y) __attribute__((always_inline)) {
      Vec columns[kProducts][kSources];
      unroll<kProducts>([&](auto j) __attribute__((always_inline)) {
        Vec in[kIn];
        unroll<kIn>([&](auto i) __attribute__((always_inline)) {
          in[i] = load(m + (product_of(i, odd_y) * kProducts + j) * point_stride);
        });
        Transform::output(in, columns[j]);
      });
      unroll<2>([&](auto odd_x) __attribute__((always_inline)) {
        unroll<kSources>([&](auto k) __attribute__((always_inline)) {
          const int y = 2 * k + 1 - odd_y;
          if (y < e.first_y || y >= e.h) return;
          Vec in[kIn];
          Vec out[kSources];
          unroll<kIn>([&](auto i) __attribute__((always_inline)) {
            in[i] = columns[product_of(i, odd_x)][k];
          });
          Transform::output(in, out);
          unroll<kSources>([&](auto i) __attribute__((always_inline)) {
            tiles::put(e, y, 2 * i + 1 - odd_x, out[i]);
          });
        });
      });
    });
  }
};

constexpr ConvAlgorithm kAlgorithm = {suits, tiles::packed_floats<Upsample>, pack,
                                      tiles::blocking<Upsample>, tiles::run<Upsample>};

}  // namespace upsample
}  // namespace
}  // namespace nst::kernels
