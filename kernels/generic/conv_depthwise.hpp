// Depthwise convolution: channels in the lanes, a few neighbouring pixels per weight vector.
#pragma once

#include "kernels/generic/algorithm.hpp"
#include "kernels/generic/window.hpp"

namespace nst::kernels {
namespace {
namespace depthwise {

// Every product needs its own load, so more pixels than hide the latency of the additions (4 cycles
// × 2 units) gain nothing.
constexpr int kPixels = 8;

NST_INLINE int padded_channels(const ConvSpec& spec) {
  return ceil_div(spec.in_c, kLanes) * kLanes;
}

std::size_t packed_floats(const ConvSpec& spec) {
  return static_cast<std::size_t>(spec.kernel_h) * spec.kernel_w * padded_channels(spec);
}

// [channel vector][tap][lane], absent channels zero.
void pack(const ConvSpec& spec, const float* weights, float* packed) {
  const int taps = spec.kernel_h * spec.kernel_w;
  for (int c = 0; c < spec.in_c; c += kLanes) {
    for (int tap = 0; tap < taps; ++tap) {
      for (int i = 0; i < kLanes; ++i) {
        *packed++ = c + i < spec.in_c
                        ? weights[static_cast<std::ptrdiff_t>(tap) * spec.in_c + c + i]
                        : 0.0f;
      }
    }
  }
}

struct Tile {
  const float* in;
  std::ptrdiff_t in_pixel, in_column, in_row;  // output pixel, kernel column, kernel row
  int kernel_h, kernel_w;
  const float* weights;
  Vec bias;
  int channels;  // valid ones
  Clamp clamp;
  const float* skip;
  std::ptrdiff_t skip_pixel;
  float* out;
  std::ptrdiff_t out_pixel;
};

template <int P>
NST_INLINE void run_tile(const Tile& t) {
  Vec acc[P];
  unroll<P>([&](auto p) __attribute__((always_inline)) { acc[p] = t.bias; });
  const float* weights = t.weights;
  for (int ky = 0; ky < t.kernel_h; ++ky) {
    const float* in = t.in + ky * t.in_row;
    for (int kx = 0; kx < t.kernel_w; ++kx) {
      const Vec w = load(weights);
      unroll<P>([&](auto p) __attribute__((always_inline)) {
        acc[p] = fma(load(in + p * t.in_pixel), w, acc[p]);
      });
      in += t.in_column;
      weights += kLanes;
    }
  }
  unroll<P>([&](auto p) __attribute__((always_inline)) {
    Vec value = clamped(t.clamp, acc[p]);
    if (t.skip != nullptr) value = value + load_first(t.skip + p * t.skip_pixel, t.channels);
    store_first(t.out + p * t.out_pixel, value, t.channels);
  });
}

template <int P>
NST_INLINE int run_tiles(Tile& tile, int pixels) {
  for (; pixels >= P; pixels -= P) {
    run_tile<P>(tile);
    tile.in += P * tile.in_pixel;
    tile.out += P * tile.out_pixel;
    if (tile.skip != nullptr) tile.skip += P * tile.skip_pixel;
  }
  return pixels;
}

void run_row(Tile tile, int pixels) {
  pixels = run_tiles<kPixels>(tile, pixels);
  pixels = run_tiles<kPixels / 2>(tile, pixels);
  run_tiles<1>(tile, pixels);
}

// Whole vectors are loaded even where fewer channels remain: only a window in scratch, with its
// slack, allows that.
Window padded_window(const ConvArgs& args, Block block, float* scratch) {
  const ConvSpec& spec = args.plan.spec;
  if (spec.in_c % kLanes == 0) return block_window(args, block, false, scratch);
  return form_window(args, block, window_rect(spec, args.geometry, block), scratch);
}

void run(const ConvArgs& args, Block block, float* scratch) {
  const ConvSpec& spec = args.plan.spec;
  const Window window = padded_window(args, block, scratch);
  Tile tile{};
  tile.in_pixel = window.pixel_stride * spec.stride;
  tile.in_column = window.pixel_stride;
  tile.in_row = window.row_stride;
  tile.kernel_h = spec.kernel_h;
  tile.kernel_w = spec.kernel_w;
  tile.clamp = clamp_of(args.act);
  tile.skip_pixel = args.skip.pixel_stride;
  tile.out_pixel = args.output.pixel_stride;
  const std::ptrdiff_t weights_step =
      static_cast<std::ptrdiff_t>(spec.kernel_h) * spec.kernel_w * kLanes;
  for (int y = 0; y < block.h; ++y) {
    tile.weights = args.packed;
    for (int c = 0; c < spec.in_c; c += kLanes) {
      tile.channels = spec.in_c - c;
      tile.bias = args.bias != nullptr ? load_first(args.bias + c, tile.channels) : splat(0.0f);
      tile.in = window.data + y * spec.stride * window.row_stride + c;
      tile.out = address(args.output, block.y + y, block.x) + c;
      tile.skip =
          args.skip.data != nullptr ? address(args.skip, block.y + y, block.x) + c : nullptr;
      run_row(tile, block.w);
      tile.weights += weights_step;
    }
  }
}

ConvBlocking blocking(const ConvSpec& spec, const ConvGeometry& geometry) {
  return pixel_blocking(spec, geometry, 64, 1, window_floats);
}

constexpr ConvAlgorithm kAlgorithm = {[](const ConvSpec& spec) { return spec.depthwise; },
                                      packed_floats, pack, blocking, run};

}  // namespace depthwise
}  // namespace
}  // namespace nst::kernels
