// Depthwise convolution with channels in the lanes. Several neighbouring pixels share each loaded
// vector of weights. If the border is zero, taps outside the picture can be skipped. Then the input
// need not be copied to add a border.
#pragma once

#include "kernels/generic/blocking.hpp"
#include "kernels/generic/depthwise_3x3.hpp"
#include "kernels/generic/moments.hpp"
#include "kernels/generic/register_tile.hpp"
#include "kernels/generic/window.hpp"

namespace nst::kernels {
namespace {
namespace depthwise {

NST_INLINE int padded_channels(const ConvSpec& spec) {
  return ceil_div(spec.in_c, kLanes) * kLanes;
}

std::size_t packed_floats(const ConvSpec& spec) {
  return static_cast<std::size_t>(spec.kernel_h) * spec.kernel_w * padded_channels(spec);
}

// Packs depthwise weights in the order [vector of channels][tap][lane]. Lanes behind the last
// channel get zeros.
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

// Adds the products of one kernel row to the sums of P pixels.
template <int P>
NST_INLINE void accumulate(Vec (&acc)[P], const RegisterTile& t, const float* in,
                           const float* weights) {
  for (int kx = 0; kx < t.kernel_w; ++kx) {
    const Vec w = load(weights);
    unroll<P>([&](auto p) __attribute__((always_inline)) {
      add_product(acc[p], load(in + p * t.in_pixel), w);
    });
    in += t.in_column;
    weights += kLanes;
  }
}

// Computes the outputs of one vector of channels at P pixels of a row.
template <int P>
NST_INLINE void run_tile(const RegisterTile& t) {
  Vec acc[P];
  const Vec bias = t.bias != nullptr ? load_masked(t.bias, t.channels) : broadcast(0.0f);
  unroll<P>([&](auto p) __attribute__((always_inline)) { acc[p] = bias; });
  const float* in = t.in;
  const float* weights = t.weights;
  for (int ky = 0; ky < t.kernel_h; ++ky, in += t.in_row, weights += t.weights_row) {
    accumulate<P>(acc, t, in, weights);
  }
  const bool plain = t.channels >= kLanes && t.epilogue_add == nullptr;
  unroll<P>([&](auto p) __attribute__((always_inline)) {
    Vec value = clamped(t.clamp, acc[p]);
    if (plain) return store(t.out + p * t.out_pixel, value);
    if (t.epilogue_add != nullptr)
      value = value + load_masked(t.epilogue_add + p * t.epilogue_add_pixel, t.channels);
    store_masked(t.out + p * t.out_pixel, value, t.channels);
  });
}

// Computes `channels` channels for P pixels, one vector of channels after the other.
template <int P>
void run_channels(RegisterTile tile, std::ptrdiff_t weights_vector, int channels) {
  for (int c = 0; c < channels; c += kLanes) {
    run_tile<P>(tile);
    tile.channels -= kLanes;
    if (tile.bias != nullptr) tile.bias += kLanes;
    tile.weights += weights_vector;
    tile.in += kLanes;
    tile.out += kLanes;
    if (tile.epilogue_add != nullptr) tile.epilogue_add += kLanes;
  }
}

template <int... P>
NST_INLINE void run_channels(const RegisterTile& tile, std::ptrdiff_t weights_vector, int channels,
                             int pixels, std::integer_sequence<int, P...>) {
  using Function = void (*)(RegisterTile, std::ptrdiff_t, int);
  static constexpr Function functions[] = {run_channels<P + 1>...};
  functions[pixels - 1](tile, weights_vector, channels);
}

// Computes `pixels` neighbouring pixels. `tile` describes the first one and says which taps are
// computed; they are the same for all pixels.
NST_INLINE void run_pixels(const ConvArgs& args, Block block, RegisterTile tile, int pixels) {
  const ConvSpec& spec = args.plan.spec;
  const std::ptrdiff_t vector = static_cast<std::ptrdiff_t>(spec.kernel_h) * spec.kernel_w * kLanes;
  for_tiles(pixels, kPixels, [&](int n) {
    run_channels(tile, vector, block.channels, n, std::make_integer_sequence<int, kPixels>{});
    advance(tile, n);
  });
}

// Neighbouring outputs of a row for which the same kernel columns, [begin, end), lie inside the
// picture.
struct Span {
  int pixels;
  int begin, end;
};

// Returns the span that begins at output column x. If the taps of this pixel cross a border, the
// span is this pixel alone. Otherwise the span contains all following pixels whose taps lie inside
// the picture.
NST_INLINE Span span_at(const ConvSpec& spec, const ConvGeometry& g, int x, int x_end) {
  const int first = x * spec.stride - g.pad_left;
  const Span span{1, max_of(-first, 0), min_of(g.in_w - first, spec.kernel_w)};
  if (span.begin > 0 || span.end < spec.kernel_w) return span;
  const int inside = (g.in_w - spec.kernel_w - first) / spec.stride + 1;
  return {min_of(inside, x_end - x), 0, spec.kernel_w};
}

// Returns true if the kernel can read the tensor itself and skip the taps that lie outside the
// picture. The channels must fill whole vectors: otherwise a load would reach beyond the tensor's
// last channel, which is safe only in scratch memory.
NST_INLINE bool leaves_out_border(const ConvArgs& args) {
  return !has_prologue(args.input) && args.input.prologue_output.data == nullptr &&
         args.plan.spec.upsample == 1 && args.geometry.border == Border::zero &&
         args.plan.spec.in_c % kLanes == 0;
}

// Computes a row of outputs. Skips the taps that lie outside the picture. `row` is the register
// tile of the row's first pixel.
NST_INLINE void run_clipped_row(const ConvArgs& args, Block block, const RegisterTile& row) {
  const ConvSpec& spec = args.plan.spec;
  const int x_end = block.x + block.w;
  for (int x = block.x; x < x_end;) {
    const Span span = span_at(spec, args.geometry, x, x_end);
    RegisterTile tile = row;
    advance(tile, x - block.x);
    tile.in += span.begin * tile.in_column;
    tile.weights += span.begin * kLanes;
    tile.kernel_w = span.end - span.begin;
    run_pixels(args, block, tile, span.pixels);
    x += span.pixels;
  }
}

// Returns true if the convolution's input is larger than the L2 cache.
NST_INLINE bool is_large(const ConvSpec& spec, const ConvGeometry& g) {
  return static_cast<std::size_t>(g.in_h) * g.in_w * spec.in_c > kL2Floats;
}

// Returns true if the kernel is 3x3, the channels fill whole vectors, and epilogue_add is not used.
NST_INLINE bool is_3x3(const ConvArgs& args) {
  const ConvSpec& spec = args.plan.spec;
  return spec.kernel_h == 3 && spec.kernel_w == 3 && spec.in_c % kLanes == 0 &&
         args.epilogue_add.data == nullptr;
}

// Computes a row of a convolution for which is_3x3 is true. If `clips`, skips the taps outside the
// picture; otherwise the window (the block's inputs) contains the border.
NST_INLINE void run_row_3x3(const ConvArgs& args, Block block, RegisterTile tile, bool clips) {
  const ConvGeometry& g = args.geometry;
  const int stride = args.plan.spec.stride;
  int x = block.x;
  for_tiles(block.w, kPixels, [&](int n) {
    const bool left = clips && x * stride < g.pad_left;
    x += n;
    const bool right = clips && (x - 1) * stride - g.pad_left + 3 > g.in_w;
    const auto run = stride == 1 ? tile_3x3<1>(n, left, right) : tile_3x3<2>(n, left, right);
    run(tile, block.channels / kLanes);
    advance(tile, n);
  });
}

void run(const ConvArgs& args, Block block, float* scratch) {
  const ConvSpec& spec = args.plan.spec;
  const ConvGeometry& g = args.geometry;
  const bool clips = leaves_out_border(args);
  const bool by_3x3 = is_3x3(args);
  const Window window = clips ? Window{nullptr, args.input.x.row_stride, args.input.x.pixel_stride}
                              : make_window(args, block, window_rect(spec, g, block), scratch);
  const auto at = [&](const auto& view, int y) {
    return view.data != nullptr ? address(view, y, block.x) + block.first_c : nullptr;
  };
  RegisterTile tile{};
  tile.in_pixel = window.pixel_stride * spec.stride;
  tile.in_column = window.pixel_stride;
  tile.in_row = window.row_stride;
  tile.kernel_h = spec.kernel_h;
  tile.kernel_w = spec.kernel_w;
  tile.weights_row = static_cast<std::ptrdiff_t>(spec.kernel_w) * kLanes;
  tile.weights = args.packed + block.first_c * tile.kernel_h * tile.kernel_w;
  tile.bias = args.bias != nullptr ? args.bias + block.first_c : nullptr;
  tile.channels = spec.out_c - block.first_c;
  tile.clamp = clamp_before_floor(args);
  tile.epilogue_add_pixel = args.epilogue_add.pixel_stride;
  tile.out_pixel = args.output.pixel_stride;
  tile.comes_from_far = clips && is_large(spec, g);
  for (int y = block.y; y < block.y + block.h; ++y) {
    RegisterTile row = tile;
    row.out = at(args.output, y);
    row.epilogue_add = at(args.epilogue_add, y);
    const int top = y * spec.stride - g.pad_top;
    if (clips) {
      const int first_row = max_of(-top, 0);
      row.kernel_h = min_of(g.in_h - top, spec.kernel_h) - first_row;
      row.weights += first_row * tile.weights_row;
      // `row.in` may point to column -1, before the tensor's memory. Nothing is read there, because
      // the tap of column -1 is skipped.
      row.in = address(args.input.x, top + first_row, 0) + block.first_c +
               (block.x * spec.stride - g.pad_left) * tile.in_column;
    } else {
      row.in = window.data + (y - block.y) * spec.stride * window.row_stride + block.first_c;
    }
    if (by_3x3) {
      run_row_3x3(args, block, row, clips);
    } else if (clips) {
      run_clipped_row(args, block, row);
    } else {
      run_pixels(args, block, row, block.w);
    }
  }
  raise_to_floor(args, block);
}

ConvBlocking blocking(const ConvSpec& spec, const ConvGeometry& geometry) {
  return pixel_blocking(spec, geometry, kWidestBlock, 1, window_floats);
}

constexpr ConvAlgorithm kAlgorithm = {
    "depthwise",   [](const ConvSpec& spec) { return spec.depthwise; },
    packed_floats, pack,
    blocking,      run,
    block_moments};

}  // namespace depthwise
}  // namespace
}  // namespace nst::kernels
