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

using Transform = Winograd42;
constexpr int kIn = Transform::kIn;
constexpr int kSources = Transform::kOut;  // source rows and columns a tile advances
constexpr int kOut = 2 * kSources;         // output rows and columns of a tile
constexpr int kShared = 1;                 // index of the point 1
constexpr int kProducts =
    2 * kIn - 1;  // along one axis: even taps at every point, odd taps but for kShared
constexpr int kPoints = kProducts * kProducts;
using direct::kPanelChannels;
using tiles::aligned;
using tiles::panel_width;

NST_INLINE bool suits(const ConvSpec& spec) {
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
    const double* g = Transform::kKernel[point_of(product)];
    m.at[product][0] = g[0];
    m.at[product][1] = product < kIn ? g[1] : g[0];
    m.at[product][2] = g[1];
  }
  return m;
}
constexpr KernelMatrix kKernelMatrix = kernel_matrix();

std::size_t packed_floats(const ConvSpec& spec) {
  return static_cast<std::size_t>(kPoints) * spec.in_c * direct::vectors_of(spec.out_c) * kLanes;
}

void pack(const ConvSpec& spec, const float* weights, float* packed) {
  tiles::pack(kKernelMatrix.at, spec, weights, packed);
}

struct Layout {
  int tiles_h, tiles_w;
  int tile_y, tile_x;  // first output of the first tile; may be -1
  Rect rect;           // of the window, in source pixels
  std::size_t v, m, end;
};

// The first output row or column of a tile is odd with the usual padding of 1.
NST_INLINE int grid_origin(int pad) { return -(pad & 1); }

Layout layout(const ConvSpec& spec, const ConvGeometry& g, Block block) {
  Layout l{};
  const int origin_y = grid_origin(g.pad_top);
  const int origin_x = grid_origin(g.pad_left);
  l.tile_y = block.y - (block.y - origin_y) % kOut;
  l.tile_x = block.x - (block.x - origin_x) % kOut;
  l.tiles_h = ceil_div(block.y + block.h - l.tile_y, kOut);
  l.tiles_w = ceil_div(block.x + block.w - l.tile_x, kOut);
  // Output 2 s + pad - 2 is the odd one before source s, which it reads from s - 1 on.
  l.rect = {(l.tile_y - g.pad_top) / 2, (l.tile_x - g.pad_left) / 2, l.tiles_h * kSources + 1,
            l.tiles_w * kSources + 1};
  const std::size_t count = static_cast<std::size_t>(l.tiles_h) * l.tiles_w;
  const std::size_t window = static_cast<std::size_t>(l.rect.h) * l.rect.w * spec.in_c + kLanes;
  const std::size_t m = kPoints * count * kPanelChannels;
  l.m = 0;  // M takes the window's place
  l.v = aligned(window > m ? window : m);
  l.end = l.v + aligned(kIn * kIn * count * spec.in_c + kLanes);
  return l;
}

ConvBlocking blocking(const ConvSpec& spec, const ConvGeometry& g) {
  const int first_y = grid_origin(g.pad_top);
  const int first_x = grid_origin(g.pad_left);
  const tiles::Grid grid = tiles::grid(
      ceil_div(g.out_h - first_y, kOut), ceil_div(g.out_w - first_x, kOut), [&](int h, int w) {
        return layout(spec, ConvGeometry{}, {0, 0, h * kOut, w * kOut}).end;
      });
  return {first_y, first_x, grid.h * kOut, grid.w * kOut, grid.scratch_floats};
}

// The source pixels of the block's tiles with their border; see tile_window.
Window source_window(const ConvArgs& args, const Layout& l, float* scratch) {
  ConvArgs source = args;
  source.plan.spec.upsample = 1;
  if (args.geometry.border == Border::reflect) source.geometry.border = kRepeatEdge;
  if (reads_in_place(source, l.rect, false)) {
    return {address(args.input.x, l.rect.y, l.rect.x), args.input.x.row_stride,
            args.input.x.pixel_stride};
  }
  return form_window(source, Block{}, l.rect, scratch);
}

// One tile's outputs for one vector of channels. M holds the products row by row.
NST_INLINE void transform_output(const float* m, std::ptrdiff_t point_stride,
                                 const tiles::Epilogue& e, int skip_y, int skip_x) {
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
        if (y < skip_y || y >= e.h) return;
        Vec in[kIn];
        Vec out[kSources];
        unroll<kIn>([&](auto i) __attribute__((always_inline)) {
          in[i] = columns[product_of(i, odd_x)][k];
        });
        Transform::output(in, out);
        unroll<kSources>([&](auto i) __attribute__((always_inline)) {
          const int x = 2 * i + 1 - odd_x;
          if (x >= skip_x && x < e.w) tiles::put(e, y, x, out[i]);
        });
      });
    });
  });
}

void transform_outputs(const ConvArgs& args, Block block, const Layout& l, int first, int width,
                       const float* m) {
  const std::ptrdiff_t point_stride = static_cast<std::ptrdiff_t>(l.tiles_h) * l.tiles_w * width;
  tiles::Epilogue e = tiles::epilogue(args);
  for (int ty = 0; ty < l.tiles_h; ++ty) {
    for (int tx = 0; tx < l.tiles_w; ++tx) {
      const int y = l.tile_y + ty * kOut;
      const int x = l.tile_x + tx * kOut;
      e.h = min_of(kOut, block.y + block.h - y);
      e.w = min_of(kOut, block.x + block.w - x);
      for (int c = first; c < first + width && c < args.plan.spec.out_c; c += kLanes) {
        tiles::place(e, args, y, x, c);
        transform_output(m + (c - first), point_stride, e, block.y - y, block.x - x);
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
  tiles::transform_inputs<Transform>(source_window(args, l, scratch), l.tiles_h, l.tiles_w,
                                     spec.in_c, v);
  const std::ptrdiff_t v_stride = static_cast<std::ptrdiff_t>(count) * spec.in_c;
  const float* u = args.packed;
  for (int first = 0; first < spec.out_c; first += kPanelChannels) {
    const int width = panel_width(spec.out_c, first);
    float* to = m;
    for (int product = 0; product < kPoints; ++product) {
      const int point = point_of(product / kProducts) * kIn + point_of(product % kProducts);
      tiles::multiply(v + point * v_stride, count, spec.in_c, u, width, to);
      u += static_cast<std::ptrdiff_t>(spec.in_c) * width;
      to += static_cast<std::ptrdiff_t>(count) * width;
    }
    transform_outputs(args, block, l, first, width, m);
  }
}

}  // namespace upsample
}  // namespace
}  // namespace nst::kernels
