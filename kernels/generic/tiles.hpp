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
  int first_y, first_x, h, w,
      channels;  // valid ones of the tile: rows [first_y, h), columns [first_x, w)
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

// Row y, column x of the tile; dropped where it lies outside the block.
NST_INLINE void put(const Epilogue& e, int y, int x, Vec sum) {
  if (x < e.first_x || x >= e.w) return;
  Vec value = clamped(e.clamp, sum + e.bias);
  if (e.skip != nullptr) {
    value = value + load_first(e.skip + y * e.skip_row + x * e.skip_pixel, e.channels);
  }
  store_first(e.out + y * e.out_row + x * e.out_pixel, value, e.channels);
}

// What follows is the course of every tiled algorithm A, which says:
//   Transform           the one-dimensional transform of the inputs
//   kOut                output rows and columns of a tile
//   kProducts           products along one axis; kProducts^2 planes of M
//   point_of(product)   the transformed input a product takes
//   origin(pad)         first output of the first tile, in (-kOut, 0]
//   source(tile, pad)   first input row or column, before upsampling, that a tile's outputs read
//   window(...)         that input with its border
//   output(...)         one tile of M to its outputs

// The tiles of one block and the parts of its scratch, floats from the start: the window first,
// then in its place M; V; the end.
struct Layout {
  int tiles_h, tiles_w;
  int tile_y, tile_x;  // first output of the first tile
  Rect rect;           // of the window, whole tiles
  std::size_t v, end;
};

template <class A>
Layout layout(const ConvSpec& spec, const ConvGeometry& g, Block block) {
  using T = typename A::Transform;
  Layout l{};
  l.tile_y = block.y - (block.y - A::origin(g.pad_top)) % A::kOut;
  l.tile_x = block.x - (block.x - A::origin(g.pad_left)) % A::kOut;
  l.tiles_h = ceil_div(block.y + block.h - l.tile_y, A::kOut);
  l.tiles_w = ceil_div(block.x + block.w - l.tile_x, A::kOut);
  l.rect = {A::source(l.tile_y, g.pad_top), A::source(l.tile_x, g.pad_left),
            l.tiles_h * T::kOut + T::kIn - T::kOut, l.tiles_w * T::kOut + T::kIn - T::kOut};
  const std::size_t count = static_cast<std::size_t>(l.tiles_h) * l.tiles_w;
  const std::size_t window = static_cast<std::size_t>(l.rect.h) * l.rect.w * spec.in_c + kLanes;
  const std::size_t m = A::kProducts * A::kProducts * count * direct::kPanelChannels;
  l.v = aligned(window > m ? window : m);
  l.end = l.v + aligned(T::kIn * T::kIn * count * spec.in_c + kLanes);
  return l;
}

template <class A>
ConvBlocking blocking(const ConvSpec& spec, const ConvGeometry& g) {
  const int first_y = A::origin(g.pad_top);
  const int first_x = A::origin(g.pad_left);
  const Grid blocks =
      grid(ceil_div(g.out_h - first_y, A::kOut), ceil_div(g.out_w - first_x, A::kOut),
           [&](int h, int w) {
             return layout<A>(spec, ConvGeometry{}, {0, 0, h * A::kOut, w * A::kOut}).end;
           });
  return {first_y, first_x, blocks.h * A::kOut, blocks.w * A::kOut, blocks.scratch_floats};
}

// m [product][tile][width] to the block's outputs, channels from `first`.
template <class A>
void transform_outputs(const ConvArgs& args, Block block, const Layout& l, int first, int width,
                       const float* m) {
  const std::ptrdiff_t point_stride = static_cast<std::ptrdiff_t>(l.tiles_h) * l.tiles_w * width;
  Epilogue e = epilogue(args);
  for (int ty = 0; ty < l.tiles_h; ++ty) {
    for (int tx = 0; tx < l.tiles_w; ++tx) {
      const int y = l.tile_y + ty * A::kOut;
      const int x = l.tile_x + tx * A::kOut;
      e.first_y = block.y - y;
      e.first_x = block.x - x;
      e.h = min_of(A::kOut, block.y + block.h - y);
      e.w = min_of(A::kOut, block.x + block.w - x);
      for (int c = first; c < first + width && c < args.plan.spec.out_c; c += kLanes) {
        place(e, args, y, x, c);
        A::output(m + (c - first), point_stride, e);
      }
      m += width;
    }
  }
}

template <class A>
std::size_t packed_floats(const ConvSpec& spec) {
  return static_cast<std::size_t>(A::kProducts) * A::kProducts * spec.in_c *
         direct::vectors_of(spec.out_c) * kLanes;
}

template <class A>
void run(const ConvArgs& args, Block block, float* scratch) {
  const ConvSpec& spec = args.plan.spec;
  const Layout l = layout<A>(spec, args.geometry, block);
  const int count = l.tiles_h * l.tiles_w;
  const std::ptrdiff_t v_stride = static_cast<std::ptrdiff_t>(count) * spec.in_c;
  float* const v = scratch + l.v;
  transform_inputs<typename A::Transform>(A::window(args, block, l.rect, scratch), l.tiles_h,
                                          l.tiles_w, spec.in_c, v);
  const float* u = args.packed;
  for (int first = 0; first < spec.out_c; first += direct::kPanelChannels) {
    const int width = panel_width(spec.out_c, first);
    float* m = scratch;
    for (int product = 0; product < A::kProducts * A::kProducts; ++product) {
      const int point = A::point_of(product / A::kProducts) * A::Transform::kIn +
                        A::point_of(product % A::kProducts);
      multiply(v + point * v_stride, count, spec.in_c, u, width, m);
      u += static_cast<std::ptrdiff_t>(spec.in_c) * width;
      m += static_cast<std::ptrdiff_t>(count) * width;
    }
    transform_outputs<A>(args, block, l, first, width, scratch);
  }
}

}  // namespace tiles
}  // namespace
}  // namespace nst::kernels
