// Winograd F(4x4, 3x3) for stride-1 3x3 convolutions: 36 products per 16 outputs where the direct
// form takes 144.
//
// A block is cut into tiles of 4x4 outputs. Their 6x6 inputs are transformed to V [36][tile][in_c];
// 36 matrix products with the transformed weights U, one panel of output channels at a time, give M
// [36][tile][panel]; each tile of M is transformed back into the output. V, M and a panel of U stay
// in the second-level cache.
#pragma once

#include "kernels/generic/tiles.hpp"
#include "kernels/generic/transform.hpp"

namespace nst::kernels {
namespace {
namespace winograd {

bool suits(const ConvSpec& spec) {
  return spec.kernel_h == 3 && spec.kernel_w == 3 && spec.stride == 1 && spec.upsample == 1 &&
         !spec.depthwise && spec.in_c >= 16 && spec.out_c >= 16;
}

// See tiles.hpp for what these members are.
struct Winograd {
  using Transform = Winograd43;
  static constexpr int kOut = Transform::kOut;
  static constexpr int kProducts = Transform::kIn;

  static constexpr int point_of(int product) { return product; }
  static constexpr int origin(int) { return 0; }
  static constexpr int source(int tile, int pad) { return tile - pad; }

  static Window window(const ConvArgs& args, Block block, const Rect& rect, float* scratch) {
    return tile_window(args, block, rect, scratch);
  }

  // Aᵀ m A of one tile for one vector of channels.
  static NST_INLINE void output(const float* m, std::ptrdiff_t point_stride,
                                const tiles::Epilogue& e) {
    Vec columns[kProducts][kOut];
    unroll<kProducts>([&](auto j) __attribute__((always_inline)) {
      Vec in[kProducts];
      unroll<kProducts>([&](auto i) __attribute__((always_inline)) {
        in[i] = load(m + (i * kProducts + j) * point_stride);
      });
      Transform::output(in, columns[j]);
    });
    unroll<kOut>([&](auto y) __attribute__((always_inline)) {
      if (y < e.first_y || y >= e.h) return;
      Vec in[kProducts];
      Vec out[kOut];
      unroll<kProducts>([&](auto j) __attribute__((always_inline)) { in[j] = columns[j][y]; });
      Transform::output(in, out);
      unroll<kOut>([&](auto x) __attribute__((always_inline)) { tiles::put(e, y, x, out[x]); });
    });
  }
};

void pack(const ConvSpec& spec, const float* weights, float* packed) {
  tiles::pack(Winograd43::kKernel, spec, weights, packed);
}

constexpr ConvAlgorithm kAlgorithm = {suits, tiles::packed_floats<Winograd>, pack,
                                      tiles::blocking<Winograd>, tiles::run<Winograd>};

}  // namespace winograd
}  // namespace
}  // namespace nst::kernels
