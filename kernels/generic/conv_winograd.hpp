// Winograd F(4x4, 3x3) for stride-1 3x3 convolutions: 36 products per 16 outputs where the direct form takes 144.
//
// A block is cut into tiles of 4x4 outputs. Their 6x6 inputs are transformed to V [36][tile][in_c]; 36 matrix products with the
// transformed weights U, one panel of output channels at a time, give M [36][tile][panel]; each tile of M is transformed back into
// the output. V, M and a panel of U stay in the second-level cache.
#pragma once

#include "kernels/generic/conv_direct.hpp"
#include "kernels/generic/transform.hpp"
#include "kernels/generic/window.hpp"

namespace nst::kernels {
namespace {
namespace winograd {

using Transform = Winograd43;
constexpr int kIn = Transform::kIn;
constexpr int kOut = Transform::kOut;
constexpr int kPoints = kIn * kIn;
using direct::kPanelChannels;

NST_INLINE bool suits(const ConvSpec& spec) {
  return spec.kernel_h == 3 && spec.kernel_w == 3 && spec.stride == 1 && spec.upsample == 1 &&
         !spec.depthwise && spec.in_c >= 16 && spec.out_c >= 16;
}

NST_INLINE int panel_width(const ConvSpec& spec, int first) {
  return min_of(kPanelChannels, direct::vectors_of(spec.out_c - first) * kLanes);
}

std::size_t packed_floats(const ConvSpec& spec) {
  return static_cast<std::size_t>(kPoints) * spec.in_c * direct::vectors_of(spec.out_c) * kLanes;
}

// U = G g Gᵀ of one kernel in double: [kIn][kIn].
void transform_kernel(const float* weights, std::size_t tap_stride, double (&u)[kPoints]) {
  double rows[kIn][3];
  for (int i = 0; i < kIn; ++i) {
    for (int x = 0; x < 3; ++x) {
      rows[i][x] = 0;
      for (int y = 0; y < 3; ++y) {
        rows[i][x] += Transform::kKernel[i][y] * static_cast<double>(weights[(y * 3 + x) * tap_stride]);
      }
    }
  }
  for (int i = 0; i < kIn; ++i) {
    for (int j = 0; j < kIn; ++j) {
      double sum = 0;
      for (int x = 0; x < 3; ++x) sum += rows[i][x] * Transform::kKernel[j][x];
      u[i * kIn + j] = sum;
    }
  }
}

// [panel][point][in_c][channels of the panel], absent channels zero.
void pack(const ConvSpec& spec, const float* weights, float* packed) {
  const std::size_t tap_stride = static_cast<std::size_t>(spec.in_c) * spec.out_c;
  for (int first = 0; first < spec.out_c; first += kPanelChannels) {
    const int width = panel_width(spec, first);
    const std::size_t point_floats = static_cast<std::size_t>(spec.in_c) * width;
    for (int ic = 0; ic < spec.in_c; ++ic) {
      for (int i = 0; i < width; ++i) {
        double u[kPoints] = {};
        if (first + i < spec.out_c) {
          transform_kernel(weights + static_cast<std::size_t>(ic) * spec.out_c + first + i,
                           tap_stride, u);
        }
        for (int p = 0; p < kPoints; ++p) {
          packed[p * point_floats + static_cast<std::size_t>(ic) * width + i] =
              static_cast<float>(u[p]);
        }
      }
    }
    packed += kPoints * point_floats;
  }
}

// Where the parts of the scratch lie for a block of tiles_h x tiles_w tiles.
struct Layout {
  int tiles_h, tiles_w;
  Rect rect;             // of the window, whole tiles
  std::size_t v, m, end;  // floats from the start; M shares the window's memory, which is dead by then
};

NST_INLINE std::size_t aligned(std::size_t floats) { return (floats + 15) / 16 * 16; }

Layout layout(const ConvSpec& spec, const ConvGeometry& g, Block block) {
  Layout l{};
  l.tiles_h = ceil_div(block.h, kOut);
  l.tiles_w = ceil_div(block.w, kOut);
  l.rect = {block.y - g.pad_top, block.x - g.pad_left, l.tiles_h * kOut + 2, l.tiles_w * kOut + 2};
  const std::size_t tiles = static_cast<std::size_t>(l.tiles_h) * l.tiles_w;
  const std::size_t window = static_cast<std::size_t>(l.rect.h) * l.rect.w * spec.in_c + kLanes;
  const std::size_t m = kPoints * tiles * kPanelChannels;
  l.m = 0;
  l.v = aligned(window > m ? window : m);
  l.end = l.v + aligned(kPoints * tiles * spec.in_c + kLanes);
  return l;
}

ConvBlocking blocking(const ConvSpec& spec, const ConvGeometry& g) {
  constexpr int kTilesWide = 16;
  constexpr std::size_t kScratchFloats = 1400 * 1024 / sizeof(float);
  constexpr int kTilesHigh = 4;
  constexpr int kEnoughBlocks = 8;
  const int tiles_w = ceil_div(g.out_w, kOut);
  const int tiles_h = ceil_div(g.out_h, kOut);
  const int columns = ceil_div(tiles_w, kTilesWide);
  int w = ceil_div(tiles_w, columns);
  int h = min_of(kTilesHigh, tiles_h);
  const auto floats = [&] {
    return layout(spec, ConvGeometry{}, {0, 0, h * kOut, w * kOut}).end;
  };
  while (h > 1 && ceil_div(tiles_h, h) * columns < kEnoughBlocks && h * w > 24) --h;
  while (h > 1 && floats() > kScratchFloats) --h;
  while (w > 4 && floats() > kScratchFloats) w = ceil_div(w, 2);
  return {h * kOut, w * kOut, floats()};
}

// Bᵀ d B of one tile for one vector of channels; point p goes to v + p * point_stride.
template <bool Whole>
NST_INLINE void transform_input(const Window& window, const float* tile, int n, float* v,
                                std::ptrdiff_t point_stride) {
  Vec columns[kIn][kIn];
  unroll<kIn>([&](auto x) __attribute__((always_inline)) {
    Vec d[kIn];
    unroll<kIn>([&](auto y) __attribute__((always_inline)) {
      const float* p = tile + y * window.row_stride + x * window.pixel_stride;
      d[y] = Whole ? load(p) : load_partial(p, n);
    });
    Transform::input(d, columns[x]);
  });
  unroll<kIn>([&](auto i) __attribute__((always_inline)) {
    Vec d[kIn];
    Vec out[kIn];
    unroll<kIn>([&](auto x) __attribute__((always_inline)) { d[x] = columns[x][i]; });
    Transform::input(d, out);
    unroll<kIn>([&](auto j) __attribute__((always_inline)) {
      float* p = v + (i * kIn + j) * point_stride;
      Whole ? store(p, out[j]) : store_partial(p, out[j], n);
    });
  });
}

void transform_inputs(const ConvSpec& spec, const Layout& l, const Window& window, float* v) {
  const std::ptrdiff_t point_stride =
      static_cast<std::ptrdiff_t>(l.tiles_h) * l.tiles_w * spec.in_c;
  for (int ty = 0; ty < l.tiles_h; ++ty) {
    for (int tx = 0; tx < l.tiles_w; ++tx) {
      const float* tile =
          window.data + ty * kOut * window.row_stride + tx * kOut * window.pixel_stride;
      int c = 0;
      for (; c + kLanes <= spec.in_c; c += kLanes) {
        transform_input<true>(window, tile + c, kLanes, v + c, point_stride);
      }
      if (c < spec.in_c) {
        transform_input<false>(window, tile + c, spec.in_c - c, v + c, point_stride);
      }
      v += spec.in_c;
    }
  }
}

// M = V U for one panel, point by point.
void multiply(const ConvSpec& spec, int tiles, const float* v, const float* u, int width, float* m) {
  constexpr float kInfinity = __builtin_huge_valf();
  direct::Tile tile{};
  tile.in_pixel = spec.in_c;
  tile.kernel_h = 1;
  tile.run = spec.in_c;
  tile.channels = width;
  tile.clamp = {-kInfinity, kInfinity};
  tile.out_pixel = width;
  for (int p = 0; p < kPoints; ++p) {
    tile.in = v;
    tile.weights = u;
    tile.out = m;
    direct::run_row(tile, tiles, width / kLanes);
    v += static_cast<std::ptrdiff_t>(tiles) * spec.in_c;
    u += static_cast<std::ptrdiff_t>(spec.in_c) * width;
    m += static_cast<std::ptrdiff_t>(tiles) * width;
  }
}

struct Epilogue {
  Vec bias;
  Clamp clamp;
  const float* skip;  // at the tile, or null
  std::ptrdiff_t skip_row, skip_pixel;
  float* out;
  std::ptrdiff_t out_row, out_pixel;
  int h, w, channels;  // valid ones of the tile
};

// Aᵀ m A of one tile for one vector of channels.
NST_INLINE void transform_output(const float* m, std::ptrdiff_t point_stride, const Epilogue& e) {
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
      if (x >= e.w) return;
      Vec value = clamped(e.clamp, out[x] + e.bias);
      if (e.skip != nullptr) {
        value = value + load_first(e.skip + y * e.skip_row + x * e.skip_pixel, e.channels);
      }
      store_first(e.out + y * e.out_row + x * e.out_pixel, value, e.channels);
    });
  });
}

void transform_outputs(const ConvArgs& args, Block block, const Layout& l, int first, int width,
                       const float* m) {
  const std::ptrdiff_t point_stride = static_cast<std::ptrdiff_t>(l.tiles_h) * l.tiles_w * width;
  Epilogue e{};
  e.clamp = clamp_of(args.act);
  e.skip_row = args.skip.row_stride;
  e.skip_pixel = args.skip.pixel_stride;
  e.out_row = args.output.row_stride;
  e.out_pixel = args.output.pixel_stride;
  for (int ty = 0; ty < l.tiles_h; ++ty) {
    for (int tx = 0; tx < l.tiles_w; ++tx) {
      const int y = block.y + ty * kOut;
      const int x = block.x + tx * kOut;
      e.h = min_of(kOut, block.y + block.h - y);
      e.w = min_of(kOut, block.x + block.w - x);
      for (int c = first; c < first + width && c < args.plan.spec.out_c; c += kLanes) {
        e.channels = args.plan.spec.out_c - c;
        e.bias = args.bias != nullptr ? load_first(args.bias + c, e.channels) : splat(0.0f);
        e.skip = args.skip.data != nullptr ? address(args.skip, y, x) + c : nullptr;
        e.out = address(args.output, y, x) + c;
        transform_output(m + (c - first), point_stride, e);
      }
      m += width;
    }
  }
}

void run(const ConvArgs& args, Block block, float* scratch) {
  const ConvSpec& spec = args.plan.spec;
  const Layout l = layout(spec, args.geometry, block);
  const int tiles = l.tiles_h * l.tiles_w;
  float* const v = scratch + l.v;
  float* const m = scratch + l.m;
  transform_inputs(spec, l, tile_window(args, block, l.rect, scratch), v);
  const float* u = args.packed;
  for (int first = 0; first < spec.out_c; first += kPanelChannels) {
    const int width = panel_width(spec, first);
    multiply(spec, tiles, v, u, width, m);
    transform_outputs(args, block, l, first, width, m);
    u += static_cast<std::ptrdiff_t>(kPoints) * spec.in_c * width;
  }
}

}  // namespace winograd
}  // namespace
}  // namespace nst::kernels
