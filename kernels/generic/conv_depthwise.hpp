// Depthwise convolution: channels in the lanes, a few neighbouring pixels per weight vector. Where
// the border is zero the taps that fall outside are left out, so that nothing is copied.
#pragma once

#include "kernels/generic/algorithm.hpp"
#include "kernels/generic/window.hpp"

namespace nst::kernels {
namespace {
namespace depthwise {

// More pixels than hide the latency of the additions (4 cycles x 2 units) gain nothing.
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

// Some neighbouring pixels of one row and one vector of channels.
struct Tile {
  const float* in;
  std::ptrdiff_t in_pixel, in_column, in_row;  // output pixel, kernel column, kernel row
  int kernel_h, kernel_w;
  const float* weights;
  std::ptrdiff_t weights_row;
  Vec bias;
  int channels;  // valid ones
  Clamp clamp;
  const float* skip;
  std::ptrdiff_t skip_pixel;
  float* out;
  std::ptrdiff_t out_pixel;
};

// One kernel row of 3 taps: pixels `Stride` columns apart share their inputs, so each is loaded
// once.
template <int P, int Stride>
NST_INLINE void accumulate_3(Vec (&acc)[P], const float* in, std::ptrdiff_t column,
                             const float* weights) {
  Vec w[3];
  unroll<3>([&](auto k) __attribute__((always_inline)) { w[k] = load(weights + k * kLanes); });
  unroll<(P - 1) * Stride + 3>([&](auto i) __attribute__((always_inline)) {
    const Vec x = load(in + i * column);
    unroll<3>([&](auto k) __attribute__((always_inline)) {
      constexpr int kColumn = i - k;
      if constexpr (kColumn >= 0 && kColumn % Stride == 0 && kColumn / Stride < P) {
        add_product(acc[kColumn / Stride], x, w[k]);
      }
    });
  });
}

template <int P>
NST_INLINE void accumulate(Vec (&acc)[P], const Tile& t, const float* in, const float* weights) {
  for (int kx = 0; kx < t.kernel_w; ++kx) {
    const Vec w = load(weights);
    unroll<P>([&](auto p) __attribute__((always_inline)) {
      add_product(acc[p], load(in + p * t.in_pixel), w);
    });
    in += t.in_column;
    weights += kLanes;
  }
}

// The rows of the kernel one after the other; row(in, weights) adds one.
template <class Row>
NST_INLINE void for_rows(const Tile& t, Row&& row) {
  const float* in = t.in;
  const float* weights = t.weights;
  for (int ky = 0; ky < t.kernel_h; ++ky, in += t.in_row, weights += t.weights_row)
    row(in, weights);
}

template <int P>
NST_INLINE void run_tile(const Tile& t) {
  Vec acc[P];
  unroll<P>([&](auto p) __attribute__((always_inline)) { acc[p] = t.bias; });
  if (t.kernel_w == 3 && t.in_pixel == t.in_column) {
    for_rows(
        t, [&](const float* in, const float* weights) __attribute__((always_inline)) {
          accumulate_3<P, 1>(acc, in, t.in_column, weights);
        });
  } else if (t.kernel_w == 3 && t.in_pixel == 2 * t.in_column) {
    for_rows(
        t, [&](const float* in, const float* weights) __attribute__((always_inline)) {
          accumulate_3<P, 2>(acc, in, t.in_column, weights);
        });
  } else {
    for_rows(
        t, [&](const float* in, const float* weights)
               __attribute__((always_inline)) { accumulate<P>(acc, t, in, weights); });
  }
  const bool plain = t.channels >= kLanes && t.skip == nullptr;
  unroll<P>([&](auto p) __attribute__((always_inline)) {
    Vec value = clamped(t.clamp, acc[p]);
    if (plain) return store(t.out + p * t.out_pixel, value);
    if (t.skip != nullptr) value = value + load_first(t.skip + p * t.skip_pixel, t.channels);
    store_first(t.out + p * t.out_pixel, value, t.channels);
  });
}

// Every vector of channels of P pixels, so that memory is read in its order. `tile` is that of
// channel first_c.
template <int P>
void run_channels(const ConvArgs& args, Block block, Tile tile) {
  const int out_c = args.plan.spec.out_c;
  const std::ptrdiff_t step =
      static_cast<std::ptrdiff_t>(args.plan.spec.kernel_h) * args.plan.spec.kernel_w * kLanes;
  for (int c = block.first_c; c < block.first_c + block.channels; c += kLanes) {
    tile.channels = out_c - c;
    tile.bias = args.bias != nullptr ? load_first(args.bias + c, tile.channels) : splat(0.0f);
    run_tile<P>(tile);
    tile.weights += step;
    tile.in += kLanes;
    tile.out += kLanes;
    if (tile.skip != nullptr) tile.skip += kLanes;
  }
}

template <int... P>
NST_INLINE void run_channels(const ConvArgs& args, Block block, const Tile& tile, int pixels,
                             std::integer_sequence<int, P...>) {
  using Function = void (*)(const ConvArgs&, Block, Tile);
  static constexpr Function functions[] = {run_channels<P + 1>...};
  functions[pixels - 1](args, block, tile);
}

// `pixels` neighbours in tiles of nearly equal width. Advances the tile.
NST_INLINE void run_pixels(const ConvArgs& args, Block block, Tile& tile, int pixels) {
  const int tiles = ceil_div(pixels, kPixels);
  const int width = pixels / tiles;
  const int wider = pixels % tiles;
  for (int i = 0; i < tiles; ++i) {
    const int n = width + (i < wider ? 1 : 0);
    run_channels(args, block, tile, n, std::make_integer_sequence<int, kPixels>{});
    tile.in += n * tile.in_pixel;
    tile.out += n * tile.out_pixel;
    if (tile.skip != nullptr) tile.skip += n * tile.skip_pixel;
  }
}

// Neighbouring outputs of a row that read the kernel columns [begin, end) inside the picture.
struct Span {
  int pixels;
  int begin, end;
};

// The span that starts at output column x: a pixel whose taps reach over a side, or all those that
// do not.
NST_INLINE Span span_at(const ConvSpec& spec, const ConvGeometry& g, int x, int x_end) {
  const int first = x * spec.stride - g.pad_left;
  const Span span{1, max_of(-first, 0), min_of(g.in_w - first, spec.kernel_w)};
  if (span.begin > 0 || span.end < spec.kernel_w) return span;
  const int inside = (g.in_w - spec.kernel_w - first) / spec.stride + 1;
  return {min_of(inside, x_end - x), 0, spec.kernel_w};
}

// Can the kernel read the tensor itself, border or not? Whole vectors are loaded even where fewer
// channels remain: only a window in scratch, with its slack, allows that.
NST_INLINE bool leaves_out_border(const ConvArgs& args) {
  return !has_prologue(args.input) && args.input.formed.data == nullptr &&
         args.plan.spec.upsample == 1 && args.geometry.border == Border::zero &&
         args.plan.spec.in_c % kLanes == 0;
}

// A row of outputs, its taps clipped to the picture.
NST_INLINE void run_clipped_row(const ConvArgs& args, Block block, Tile tile, int y) {
  const ConvSpec& spec = args.plan.spec;
  const ConvGeometry& g = args.geometry;
  const int top = y * spec.stride - g.pad_top;
  const int first_row = max_of(-top, 0);
  tile.kernel_h = min_of(g.in_h - top, spec.kernel_h) - first_row;
  const float* const weights = tile.weights + first_row * tile.weights_row;
  const float* const row = address(args.input.x, top + first_row, 0) + block.first_c;
  const int x_end = block.x + block.w;
  for (int x = block.x; x < x_end;) {
    const Span span = span_at(spec, g, x, x_end);
    tile.in = row + (x * spec.stride - g.pad_left + span.begin) * tile.in_column;
    tile.weights = weights + span.begin * kLanes;
    tile.kernel_w = span.end - span.begin;
    run_pixels(args, block, tile, span.pixels);
    x += span.pixels;
  }
}

void run(const ConvArgs& args, Block block, float* scratch) {
  const ConvSpec& spec = args.plan.spec;
  const bool clips = leaves_out_border(args);
  const Window window =
      clips ? Window{nullptr, args.input.x.row_stride, args.input.x.pixel_stride}
            : form_window(args, block, window_rect(spec, args.geometry, block), scratch);
  const auto at = [&](const auto& view, int y) {
    return view.data != nullptr ? address(view, y, block.x) + block.first_c : nullptr;
  };
  Tile tile{};
  tile.in_pixel = window.pixel_stride * spec.stride;
  tile.in_column = window.pixel_stride;
  tile.in_row = window.row_stride;
  tile.kernel_h = spec.kernel_h;
  tile.kernel_w = spec.kernel_w;
  tile.weights_row = static_cast<std::ptrdiff_t>(spec.kernel_w) * kLanes;
  tile.weights = args.packed + block.first_c * tile.kernel_h * tile.kernel_w;
  tile.clamp = clamp_of(args.act);
  tile.skip_pixel = args.skip.pixel_stride;
  tile.out_pixel = args.output.pixel_stride;
  for (int y = 0; y < block.h; ++y) {
    Tile row = tile;
    row.out = at(args.output, block.y + y);
    row.skip = at(args.skip, block.y + y);
    if (clips) {
      run_clipped_row(args, block, row, block.y + y);
    } else {
      row.in = window.data + y * spec.stride * window.row_stride + block.first_c;
      run_pixels(args, block, row, block.w);
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
