// What the convolutions that work on transformed tiles share: kernel transforms, the products
// between transforms, and the way a tile's outputs reach the picture.
#pragma once

#include "kernels/generic/conv_direct.hpp"
#include "kernels/generic/window.hpp"

namespace nst::kernels {
namespace {
namespace tiles {

NST_INLINE std::size_t aligned(std::size_t floats) { return (floats + 15) / 16 * 16; }

// Channels, rounded up to vectors, of the panel that starts at channel `first`.
NST_INLINE int panel_width(int out_c, int first) {
  return min_of(direct::kPanelChannels, direct::vectors_of(out_c - first) * kLanes);
}

// u = G g Gᵀ of one square kernel in double; tap (y, x) is at weights[(y * Taps + x) * tap_stride].
template <int Points, int Taps>
void transform_kernel(const double (&g)[Points][Taps], const float* weights, std::size_t tap_stride,
                      double* u) {
  double rows[Points][Taps] = {};
  for (int i = 0; i < Points; ++i) {
    for (int x = 0; x < Taps; ++x) {
      for (int y = 0; y < Taps; ++y) {
        rows[i][x] += g[i][y] * static_cast<double>(
                                    weights[static_cast<std::size_t>(y * Taps + x) * tap_stride]);
      }
    }
  }
  for (int i = 0; i < Points; ++i) {
    for (int j = 0; j < Points; ++j) {
      double sum = 0;
      for (int x = 0; x < Taps; ++x) sum += rows[i][x] * g[j][x];
      u[i * Points + j] = sum;
    }
  }
}

// Transformed weights as [panel][point][in_c][channels of the panel], absent channels zero.
// weights: HWIO.
template <int Points, int Taps>
void pack(const double (&g)[Points][Taps], const ConvSpec& spec, const float* weights,
          float* packed) {
  const std::size_t tap_stride = static_cast<std::size_t>(spec.in_c) * spec.out_c;
  for (int first = 0; first < spec.out_c; first += direct::kPanelChannels) {
    const int width = panel_width(spec.out_c, first);
    const std::size_t point_floats = static_cast<std::size_t>(spec.in_c) * width;
    for (int ic = 0; ic < spec.in_c; ++ic) {
      for (int i = 0; i < width; ++i) {
        double u[Points * Points] = {};
        if (first + i < spec.out_c) {
          const std::size_t at = static_cast<std::size_t>(ic) * spec.out_c + first + i;
          transform_kernel(g, weights + at, tap_stride, u);
        }
        for (int p = 0; p < Points * Points; ++p) {
          packed[p * point_floats + static_cast<std::size_t>(ic) * width + i] =
              static_cast<float>(u[p]);
        }
      }
    }
    packed += Points * Points * point_floats;
  }
}

// The tiles of one block, and its scratch.
struct Grid {
  int h, w;
  std::size_t scratch_floats;
};

// Cuts a picture of tiles_h x tiles_w tiles into blocks; floats(h, w) is the scratch a block of h x
// w tiles needs. Depends on sizes alone, as everything that decides the result's bytes.
template <class Floats>
Grid grid(int tiles_h, int tiles_w, Floats&& floats) {
  // Transformed inputs, products and a panel of weights are to share a second-level cache of 2 MiB.
  constexpr std::size_t kScratchFloats = 1400 * 1024 / sizeof(float);
  constexpr int kWidest = 16;
  constexpr int kHighest = 4;
  constexpr int kEnoughBlocks = 8;
  constexpr int kFewestTiles = 24;  // two register tiles
  int columns = ceil_div(tiles_w, kWidest);
  int h = min_of(kHighest, tiles_h);
  const auto width = [&] { return ceil_div(tiles_w, columns); };
  while (h > 1 && ceil_div(tiles_h, h) * columns < kEnoughBlocks && h * width() > kFewestTiles) --h;
  while (h > 1 && floats(h, width()) > kScratchFloats) --h;
  while (width() > 4 && floats(h, width()) > kScratchFloats) ++columns;
  return {h, width(), aligned(floats(h, width()))};
}

// Bᵀ d B of one tile for one vector of channels; point p goes to v + p * point_stride.
template <class Transform, bool Whole>
NST_INLINE void transform_input(const Window& window, const float* tile, int n, float* v,
                                std::ptrdiff_t point_stride) {
  constexpr int kIn = Transform::kIn;
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

// v [point][tile][channels]; tiles overlap, each advances Transform::kOut pixels of the window.
template <class Transform>
void transform_inputs(const Window& window, int tiles_h, int tiles_w, int channels, float* v) {
  const std::ptrdiff_t point_stride = static_cast<std::ptrdiff_t>(tiles_h) * tiles_w * channels;
  for (int ty = 0; ty < tiles_h; ++ty) {
    for (int tx = 0; tx < tiles_w; ++tx) {
      const float* tile = window.data + ty * Transform::kOut * window.row_stride +
                          tx * Transform::kOut * window.pixel_stride;
      int c = 0;
      for (; c + kLanes <= channels; c += kLanes) {
        transform_input<Transform, true>(window, tile + c, kLanes, v + c, point_stride);
      }
      if (c < channels) {
        transform_input<Transform, false>(window, tile + c, channels - c, v + c, point_stride);
      }
      v += channels;
    }
  }
}

// One point's product: m [count][width] = v [count][depth] · u [depth][width], width one or two
// vectors.
NST_INLINE void multiply(const float* v, int count, int depth, const float* u, int width,
                         float* m) {
  constexpr float kInfinity = __builtin_huge_valf();
  direct::Tile tile{};
  tile.in = v;
  tile.in_pixel = depth;
  tile.kernel_h = 1;
  tile.run = depth;
  tile.weights = u;
  tile.channels = width;
  tile.clamp = {-kInfinity, kInfinity};
  tile.out = m;
  tile.out_pixel = width;
  direct::run_row(tile, count, width / kLanes);
}

// Where a tile's outputs go and what is done to them: one vector of channels at a time.
struct Epilogue {
  Vec bias;
  Clamp clamp;
  const float* skip;  // at the tile's first pixel, or null
  std::ptrdiff_t skip_row, skip_pixel;
  float* out;
  std::ptrdiff_t out_row, out_pixel;
  int h, w, channels;  // valid ones of the tile
};

NST_INLINE Epilogue epilogue(const ConvArgs& args) {
  Epilogue e{};
  e.clamp = clamp_of(args.act);
  e.skip_row = args.skip.row_stride;
  e.skip_pixel = args.skip.pixel_stride;
  e.out_row = args.output.row_stride;
  e.out_pixel = args.output.pixel_stride;
  return e;
}

// Moves to the tile whose first output pixel is (y, x), channels from c.
NST_INLINE void place(Epilogue& e, const ConvArgs& args, int y, int x, int c) {
  e.channels = args.plan.spec.out_c - c;
  e.bias = args.bias != nullptr ? load_first(args.bias + c, e.channels) : splat(0.0f);
  e.skip = args.skip.data != nullptr ? address(args.skip, y, x) + c : nullptr;
  e.out = address(args.output, y, x) + c;
}

NST_INLINE void put(const Epilogue& e, int y, int x, Vec sum) {
  Vec value = clamped(e.clamp, sum + e.bias);
  if (e.skip != nullptr) {
    value = value + load_first(e.skip + y * e.skip_row + x * e.skip_pixel, e.channels);
  }
  store_first(e.out + y * e.out_row + x * e.out_pixel, value, e.channels);
}

}  // namespace tiles
}  // namespace
}  // namespace nst::kernels
