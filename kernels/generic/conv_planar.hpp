// Direct convolution with neighbouring pixels in the lanes, for layers with few output channels
// (9×9 to 3 channels, layers of 8 channels). With channels in the lanes, as in conv_direct.hpp,
// most lanes would be empty.
//
// The window (the inputs that a block reads) is planar: in each of its rows, every channel has
// floats of its own, one for each pixel. So a vector of pixels is one unaligned load, and each
// weight is broadcast. With stride 2, even and odd columns are stored separately.
#pragma once

#include "kernels/generic/blocking.hpp"
#include "kernels/generic/moments.hpp"
#include "kernels/generic/panels.hpp"
#include "kernels/generic/planes.hpp"
#include "kernels/generic/register_tile.hpp"
#include "kernels/generic/transpose.hpp"

namespace nst::kernels {
namespace {
namespace planar {

// Limits of a register tile: its sums (channels × vectors of pixels), its channels and its vectors.
// The sums fill all registers except a few for operands. A layer with more than
// kMostChannels channels has several panels.
constexpr int kAccumulators = kRegisters == 32 ? 24 : 12;
constexpr int kMostChannels = kRegisters == 32 ? 8 : 4;
constexpr int kMostVectors = kRegisters == 32 ? 8 : 4;

// Returns the largest number of vectors of pixels in a register tile of `channels` channels.
constexpr int most_vectors(int channels) {
  const int fit = kAccumulators / channels;
  return fit < kMostVectors ? fit : kMostVectors;
}

// Returns the number of channels of the next panel, if `left` channels are left. tile_function()
// has a function for every number that is returned.
NST_INLINE int panel_channels(int left) {
  if (left >= kMostChannels) return kMostChannels;
  return min_of(left, 4);
}

// Returns true if this algorithm is faster than conv_direct.hpp, in whose vectors some lanes have
// no channel. The multiplications of these idle lanes must cost more than transposing the input.
bool suits(const ConvSpec& spec) {
  // The cost of transposing one vector of inputs, in operations: about two, plus one as a margin.
  constexpr int kTranspositionCost = 3;
  const int idle_lanes = ceil_div(spec.out_c, kLanes) * kLanes - spec.out_c;
  const int saved = idle_lanes * spec.kernel_h * spec.kernel_w;
  return saved > kTranspositionCost * kLanes * spec.stride * spec.stride;
}

std::size_t packed_floats(const ConvSpec& spec) { return products_per_output(spec) * spec.out_c; }

// Packs weights as [panel][kernel row][in_c][kernel column][channels of the panel].
void pack(const ConvSpec& spec, const float* weights, float* packed) {
  for (int first = 0; first < spec.out_c;) {
    const int channels = panel_channels(spec.out_c - first);
    for (int ky = 0; ky < spec.kernel_h; ++ky) {
      for (int c = 0; c < spec.in_c; ++c) {
        for (int kx = 0; kx < spec.kernel_w; ++kx) {
          const std::ptrdiff_t k =
              (static_cast<std::ptrdiff_t>(ky) * spec.kernel_w + kx) * spec.in_c + c;
          for (int i = 0; i < channels; ++i) *packed++ = weights[k * spec.out_c + first + i];
        }
      }
    }
    first += channels;
  }
}

// The layout of the planar window (the block's inputs): [row][in_c][column parity][pitch]. The
// column parity (even or odd) exists only with stride 2. The pixels of one row, channel and parity
// are contiguous, and `pitch` floats are reserved for them.
struct Layout {
  int pitch;
  std::ptrdiff_t channel, row;  // floats from one channel to the next, from one row to the next
  std::size_t floats;
};

NST_INLINE Layout layout_of(const ConvSpec& spec, int block_h, int block_w) {
  const int rows = (block_h - 1) * spec.stride + spec.kernel_h;
  Layout l{};
  // Leaves room after the pixels of a row, because the row's last vector of pixels is loaded whole.
  l.pitch = ceil_div(block_w, kLanes) * kLanes + ceil_div(spec.kernel_w, spec.stride);
  l.channel = static_cast<std::ptrdiff_t>(l.pitch) * spec.stride;
  l.row = l.channel * spec.in_c;
  l.floats = static_cast<std::size_t>(l.row) * rows;
  return l;
}

// Returns the number of floats of one row of the window (the block's inputs) in pixel-major order,
// before the row is split into planes.
NST_INLINE std::size_t row_floats(const ConvSpec& spec, int block_w) {
  return static_cast<std::size_t>((block_w - 1) * spec.stride + spec.kernel_w) * spec.in_c + kLanes;
}

std::size_t scratch_floats(const ConvSpec& spec, int block_h, int block_w) {
  return layout_of(spec, block_h, block_w).floats + row_floats(spec, block_w);
}

// Splits a row of the window (`width` pixels in pixel-major order) into planes, one for each
// channel.
NST_INLINE void to_planes(const ConvSpec& spec, const Layout& layout, const float* row, int width,
                          float* planes) {
  if (spec.stride == 1) {
    transpose(row, spec.in_c, width, spec.in_c, planes, layout.channel);
    return;
  }
  for (int parity = 0; parity < 2; ++parity) {
    transpose(row + parity * spec.in_c, 2 * spec.in_c, (width + 1 - parity) / 2, spec.in_c,
              planes + parity * layout.pitch, layout.channel);
  }
}

// The operands of a register tile (pixels × channels): what it reads, and where its outputs are
// written.
struct RegisterTile {
  // The input that tap (0, 0) reads for the tile's first pixel, in channel 0.
  const float* in;
  Layout layout;
  int kernel_h, kernel_w, in_c, stride;
  const float* weights;
  const float* bias;  // biases of the panel's channels, or null
  Clamp clamp;
  const float* floor;  // floors of the panel's channels, or null
  float* out;          // outputs [channels][pixels], where pixels = vectors * kLanes
};

// Adds the products of one tap and one input channel to the sums of C channels × P vectors of
// pixels. If C <= P, keeps the C weights in registers and loads one vector of pixels at a time.
// Otherwise keeps the P vectors of pixels and loads one weight at a time. This needs only
// kAccumulators + min(C, P) + 1 registers.
template <int C, int P>
NST_INLINE void accumulate(Accumulators<C, P>& acc, const float* in, const float* weights) {
  if constexpr (C <= P) {
    Vec w[C];
    unroll<C>([&](auto c) __attribute__((always_inline)) { w[c] = broadcast(weights[c]); });
    unroll<P>([&](auto p) __attribute__((always_inline)) {
      const Vec x = optimizer_barrier(load(in + p * kLanes));
      unroll<C>([&](auto c)
                    __attribute__((always_inline)) { acc.at[c][p] = fma(x, w[c], acc.at[c][p]); });
    });
  } else {
    Vec x[P];
    unroll<P>([&](auto p) __attribute__((always_inline)) { x[p] = load(in + p * kLanes); });
    unroll<C>([&](auto c) __attribute__((always_inline)) {
      const Vec w = broadcast(weights[c]);
      unroll<P>([&](auto p)
                    __attribute__((always_inline)) { acc.at[c][p] = fma(x[p], w, acc.at[c][p]); });
    });
  }
}

template <int C, int P>
void run_tile(const RegisterTile& t) {
  Accumulators<C, P> acc;
  unroll<C>([&](auto c) __attribute__((always_inline)) {
    const Vec bias = broadcast(t.bias != nullptr ? t.bias[c] : 0.0f);
    unroll<P>([&](auto p) __attribute__((always_inline)) { acc.at[c][p] = bias; });
  });
  const float* weights = t.weights;
  for (int ky = 0; ky < t.kernel_h; ++ky) {
    const float* plane = t.in + ky * t.layout.row;
    for (int ic = 0; ic < t.in_c; ++ic, plane += t.layout.channel) {
      // With stride 2, the plane of odd columns begins `pitch` floats after that of even columns.
      const float* in[2] = {plane, t.stride == 1 ? plane + 1 : plane + t.layout.pitch};
      const int step = 3 - t.stride;
      int kx = t.kernel_w;
      for (; kx >= 2; kx -= 2, weights += 2 * C) {
        accumulate<C, P>(acc, in[0], weights);
        accumulate<C, P>(acc, in[1], weights + C);
        in[0] += step;
        in[1] += step;
      }
      if (kx > 0) {
        accumulate<C, P>(acc, in[0], weights);
        weights += C;
      }
    }
  }
  unroll<C>([&](auto c) __attribute__((always_inline)) {
    const Clamp clamp = clamp_of_channel(t.clamp, t.floor, c);
    unroll<P>([&](auto p) __attribute__((always_inline)) {
      store(t.out + (c * P + p) * kLanes, clamped(clamp, acc.at[c][p]));
    });
  });
}

// Returns TileLoop::run<channels, vectors>. `channels` is a number that panel_channels returns, and
// `vectors` is 1 to most_vectors(channels).
template <class TileLoop, int C, int... P>
NST_INLINE auto tile_of_channels(int vectors, std::integer_sequence<int, P...>) {
  static constexpr typename TileLoop::Function functions[] = {TileLoop::template run<C, P + 1>...};
  return functions[vectors - 1];
}

template <class TileLoop, int C>
NST_INLINE auto tile_of_channels(int vectors) {
  return tile_of_channels<TileLoop, C>(vectors, std::make_integer_sequence<int, most_vectors(C)>{});
}

template <class TileLoop>
NST_INLINE auto tile_function(int channels, int vectors) {
  switch (channels) {
    case 1:
      return tile_of_channels<TileLoop, 1>(vectors);
    case 2:
      return tile_of_channels<TileLoop, 2>(vectors);
    case 3:
      return tile_of_channels<TileLoop, 3>(vectors);
    case 4:
      return tile_of_channels<TileLoop, 4>(vectors);
    default:
      return tile_of_channels<TileLoop, kMostChannels>(vectors);
  }
}

// Computes register tiles of direct convolution in which each lane of a vector is one pixel
// (TileLoop of tile_function).
struct PlanarTileLoop {
  using Function = void (*)(const RegisterTile&);
  template <int C, int P>
  static void run(const RegisterTile& tile) {
    run_tile<C, P>(tile);
  }
};

// Writes a finished tile to every step-th output pixel, beginning at (y, x). In the tile, the
// pixels of a channel are contiguous, and the next channel begins `pitch` floats further.
NST_INLINE void write_pixels(const ConvArgs& args, const float* tile, int pitch, int channels,
                             int pixels, int y, int x, int step, int first) {
  const std::ptrdiff_t out_step = step * args.output.pixel_stride;
  float* out = address(args.output, y, x) + first;
  if (args.epilogue_add.data == nullptr) {
    transpose(tile, pitch, channels, pixels, out, out_step);
    return;
  }
  const float* epilogue_add = address(args.epilogue_add, y, x) + first;
  for (int p = 0; p < pixels; ++p) {
    for (int c = 0; c < channels; ++c) out[c] = tile[c * pitch + p] + epilogue_add[c];
    out += out_step;
    epilogue_add += step * args.epilogue_add.pixel_stride;
  }
}

// Computes row y of the block, for the panel of `channels` channels that begins at channel `first`.
NST_INLINE void run_row(const ConvArgs& args, Block block, RegisterTile tile, int y, int first,
                        int channels) {
  alignas(64) float finished[kAccumulators * kLanes];
  tile.out = finished;
  int x = 0;
  for_tiles(ceil_div(block.w, kLanes), most_vectors(channels), [&](int n) {
    tile_function<PlanarTileLoop>(channels, n)(tile);
    write_pixels(args, finished, n * kLanes, channels, min_of(n * kLanes, block.w - x), block.y + y,
                 block.x + x, 1, first);
    tile.in += n * kLanes;
    x += n * kLanes;
  });
}

void run(const ConvArgs& args, Block block, float* scratch) {
  const ConvSpec& spec = args.plan.spec;
  RegisterTile tile{};
  tile.layout = layout_of(spec, block.h, block.w);
  const Rect rect = window_rect(spec, args.geometry, block);
  const Layout& layout = tile.layout;
  make_planes(
      args, block, rect, layout.row, scratch + layout.floats, scratch,
      [&](const float* row, float* planes) { to_planes(spec, layout, row, rect.w, planes); });
  tile.kernel_h = spec.kernel_h;
  tile.kernel_w = spec.kernel_w;
  tile.in_c = spec.in_c;
  tile.stride = spec.stride;
  tile.weights = args.packed;
  tile.clamp = clamp_of(args.act);
  for (int first = 0; first < spec.out_c;) {
    const int channels = panel_channels(spec.out_c - first);
    tile.bias = args.bias != nullptr ? args.bias + first : nullptr;
    tile.floor = args.floor != nullptr ? args.floor + first : nullptr;
    for (int y = 0; y < block.h; ++y) {
      tile.in = scratch + y * spec.stride * tile.layout.row;
      run_row(args, block, tile, y, first, channels);
    }
    tile.weights += products_per_output(spec) * channels;
    first += channels;
  }
}

// Returns how the output is divided into blocks. Their width is a whole number of vectors of
// pixels.
ConvBlocking blocking(const ConvSpec& spec, const ConvGeometry& geometry) {
  constexpr int kWidest = 128;  // width of the widest register tile: 8 vectors of 16 pixels
  return pixel_blocking(spec, geometry, kWidest, kLanes, scratch_floats);
}

constexpr ConvAlgorithm kAlgorithm = {"planar", suits, packed_floats, pack,
                                      blocking, run,   block_moments};

}  // namespace planar
}  // namespace
}  // namespace nst::kernels
