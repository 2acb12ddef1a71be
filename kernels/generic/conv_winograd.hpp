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

using Transform = Winograd43;
constexpr int kIn = Transform::kIn;
constexpr int kOut = Transform::kOut;
constexpr int kPoints = kIn * kIn;
using direct::kPanelChannels;
using tiles::aligned;
using tiles::panel_width;

NST_INLINE bool suits(const ConvSpec& spec) {
  return spec.kernel_h == 3 && spec.kernel_w == 3 && spec.stride == 1 && spec.upsample == 1 &&
         !spec.depthwise && spec.in_c >= 16 && spec.out_c >= 16;
}

std::size_t packed_floats(const ConvSpec& spec) {
  return static_cast<std::size_t>(kPoints) * spec.in_c * direct::vectors_of(spec.out_c) * kLanes;
}

void pack(const ConvSpec& spec, const float* weights, float* packed) {
  tiles::pack(Transform::kKernel, spec, weights, packed);
}

// Where the parts of the scratch lie for a block of tiles_h x tiles_w tiles.
struct Layout {
  int tiles_h, tiles_w;
  Rect rect;  // of the window, whole tiles
  std::size_t v, m,
      end;  // floats from the start; M shares the window's memory, which is dead by then
};

Layout layout(const ConvSpec& spec, const ConvGeometry& g, Block block) {
  Layout l{};
  l.tiles_h = ceil_div(block.h, kOut);
  l.tiles_w = ceil_div(block.w, kOut);
  l.rect = {block.y - g.pad_top, block.x - g.pad_left, l.tiles_h * kOut + 2, l.tiles_w * kOut + 2};
  const std::size_t count = static_cast<std::size_t>(l.tiles_h) * l.tiles_w;
  const std::size_t window = static_cast<std::size_t>(l.rect.h) * l.rect.w * spec.in_c + kLanes;
  const std::size_t m = kPoints * count * kPanelChannels;
  l.m = 0;
  l.v = aligned(window > m ? window : m);
  l.end = l.v + aligned(kPoints * count * spec.in_c + kLanes);
  return l;
}

ConvBlocking blocking(const ConvSpec& spec, const ConvGeometry& g) {
  const tiles::Grid grid =
      tiles::grid(ceil_div(g.out_h, kOut), ceil_div(g.out_w, kOut), [&](int h, int w) {
        return layout(spec, ConvGeometry{}, {0, 0, h * kOut, w * kOut}).end;
      });
  return {0, 0, grid.h * kOut, grid.w * kOut, grid.scratch_floats};
}

// M = V U for one panel, point by point.
void multiply(const ConvSpec& spec, int count, const float* v, const float* u, int width,
              float* m) {
  for (int p = 0; p < kPoints; ++p) {
    tiles::multiply(v, count, spec.in_c, u, width, m);
    v += static_cast<std::ptrdiff_t>(count) * spec.in_c;
    u += static_cast<std::ptrdiff_t>(spec.in_c) * width;
    m += static_cast<std::ptrdiff_t>(count) * width;
  }
}

// Aᵀ m A of one tile for one vector of channels.
NST_INLINE void transform_output(const float* m, std::ptrdiff_t point_stride,
                                 const tiles::Epilogue& e) {
  Vec columns[kIn][kOut];
  unroll<kIn>([&](auto j) __attribute__((always_inline)) {
    Vec in[kIn];
    unroll<kIn>([&](auto i) __attribute__((always_inline)) {
      in[i] = load(m + (i * kIn + j) * point_stride);
    });
    Transform::output(in, columns[j]);
  });
  unroll<kOut>([&](auto y) __attribute__((always_inline)) {
    if (y >= e.h) return;
    Vec in[kIn];
    Vec out[kOut];
    unroll<kIn>([&](auto j) __attribute__((always_inline)) { in[j] = columns[j][y]; });
    Transform::output(in, out);
    unroll<kOut>([&](auto x) __attribute__((always_inline)) {
      if (x < e.w) tiles::put(e, y, x, out[x]);
    });
  });
}

void transform_outputs(const ConvArgs& args, Block block, const Layout& l, int first, int width,
                       const float* m) {
  const std::ptrdiff_t point_stride = static_cast<std::ptrdiff_t>(l.tiles_h) * l.tiles_w * width;
  tiles::Epilogue e = tiles::epilogue(args);
  for (int ty = 0; ty < l.tiles_h; ++ty) {
    for (int tx = 0; tx < l.tiles_w; ++tx) {
      const int y = block.y + ty * kOut;
      const int x = block.x + tx * kOut;
      e.h = min_of(kOut, block.y + block.h - y);
      e.w = min_of(kOut, block.x + block.w - x);
      for (int c = first; c < first + width && c < args.plan.spec.out_c; c += kLanes) {
        tiles::place(e, args, y, x, c);
        transform_output(m + (c - first), point_stride, e);
      }
      m += width;
    }
  }
}

void run(const ConvArgs& args, Block block, float* scratch) {
  const ConvSpec& spec = args.plan.spec;
  const Layout l = layout(spec, args.geometry, block);
  const int count = l.tiles_h * l.tiles_w;
  float* const v = scratch + l.v;
  float* const m = scratch + l.m;
  tiles::transform_inputs<Transform>(tile_window(args, block, l.rect, scratch), l.tiles_h,
                                     l.tiles_w, spec.in_c, v);
  const float* u = args.packed;
  for (int first = 0; first < spec.out_c; first += kPanelChannels) {
    const int width = panel_width(spec.out_c, first);
    multiply(spec, count, v, u, width, m);
    transform_outputs(args, block, l, first, width, m);
    u += static_cast<std::ptrdiff_t>(kPoints) * spec.in_c * width;
  }
}

}  // namespace winograd
}  // namespace
}  // namespace nst::kernels
