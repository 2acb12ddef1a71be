// The course of every convolution that works on transformed tiles.
//
// A block is cut into tiles. Their inputs are transformed to V [point][tile][in_c]; one matrix
// product for each pair of the axes' products, with the transformed weights U, a panel of output
// channels at a time, gives M [product][tile][panel]; each tile of M is transformed back into the
// picture. V, M and a panel of U stay in the second-level cache.
//
// An algorithm A says what its axes are, A::Y and A::X (winograd_axis.hpp), how a block's input
// with its border is formed, A::window, and how matrices are multiplied, A::Products
// (winograd_products.hpp).
#pragma once

#include "kernels/generic/blocking.hpp"
#include "kernels/generic/moments.hpp"
#include "kernels/generic/panels.hpp"
#include "kernels/generic/register_tile.hpp"
#include "kernels/generic/window.hpp"
#include "kernels/generic/winograd_axis.hpp"
#include "kernels/generic/winograd_pack.hpp"
#include "kernels/generic/winograd_prefetch.hpp"

namespace nst::kernels {
namespace {
namespace winograd {

NST_INLINE std::size_t aligned(std::size_t floats) { return (floats + 15) / 16 * 16; }

// At least `floats`, an odd number of cache lines: planes of a power of two would all fall into the
// same few sets of the first-level cache.
NST_INLINE std::size_t plane_stride(std::size_t floats) { return ((floats + 15) / 16 | 1) * 16; }

// The tiles of one block and the parts of its scratch, floats from the start: the window first,
// then in its place M; V; what Products keeps of V's rows; the end.
struct Layout {
  int tiles_h, tiles_w;
  int tile_y, tile_x;  // first output of the first tile
  Rect rect;           // of the window, whole tiles
  std::size_t v, corrections, end;
  std::ptrdiff_t v_stride, m_stride;  // from one point, one product to the next
};

template <class A>
Layout layout(const ConvSpec& spec, const ConvGeometry& g, Block block) {
  using Y = typename A::Y;
  using X = typename A::X;
  Layout l{};
  l.tile_y = block.y - (block.y - Y::origin(g.pad_top)) % Y::kOut;
  l.tile_x = block.x - (block.x - X::origin(g.pad_left)) % X::kOut;
  l.tiles_h = ceil_div(block.y + block.h - l.tile_y, Y::kOut);
  l.tiles_w = ceil_div(block.x + block.w - l.tile_x, X::kOut);
  l.rect = {Y::source(l.tile_y, g.pad_top), X::source(l.tile_x, g.pad_left),
            (l.tiles_h - 1) * Y::kStep + Y::kIn, (l.tiles_w - 1) * X::kStep + X::kIn};
  const std::size_t count = static_cast<std::size_t>(l.tiles_h) * l.tiles_w;
  const std::size_t window = static_cast<std::size_t>(l.rect.h) * l.rect.w * spec.in_c + kLanes;
  const std::size_t v_stride = plane_stride(count * spec.in_c);
  const std::size_t m_stride = plane_stride(count * kPanelChannels);
  l.v_stride = static_cast<std::ptrdiff_t>(v_stride);
  l.m_stride = static_cast<std::ptrdiff_t>(m_stride);
  const std::size_t m = Y::kProducts * X::kProducts * m_stride;
  l.v = aligned(window > m ? window : m);
  l.corrections = l.v + aligned(Y::kPoints * X::kPoints * v_stride + kLanes);
  l.end = l.corrections + A::Products::correction_floats(Y::kPoints * X::kPoints * count);
  return l;
}

// Areas as large as the second-level cache allows, for every area reads all the weights; but at
// least kEnoughBlocks blocks of half as many, so that threads share the work evenly. Where areas
// would become too small, blocks of fewer channels, each of which transforms the inputs again.
template <class A>
ConvBlocking blocking(const ConvSpec& spec, const ConvGeometry& g) {
  using Y = typename A::Y;
  using X = typename A::X;
  // Transformed inputs, products and a panel of weights are to share the cache.
  constexpr std::size_t kScratchFloats = 1400 * 1024 / sizeof(float);
  constexpr int kWidest = ceil_div(64, X::kStep);
  constexpr int kHighest = ceil_div(16, Y::kStep);
  constexpr int kEnoughAreas = 8;
  constexpr int kFewestTiles = 24;  // two register tiles
  constexpr int kEnoughBlocks = 4;
  constexpr int kFewestPanels = 3;
  const int first_y = Y::origin(g.pad_top);
  const int first_x = X::origin(g.pad_left);
  const int tiles_h = ceil_div(g.out_h - first_y, Y::kOut);
  const int tiles_w = ceil_div(g.out_w - first_x, X::kOut);
  int rows = ceil_div(tiles_h, kHighest);
  int columns = ceil_div(tiles_w, kWidest);
  const auto height = [&] { return ceil_div(tiles_h, rows); };
  const auto width = [&] { return ceil_div(tiles_w, columns); };
  const auto floats = [&] {
    return layout<A>(spec, ConvGeometry{}, {0, 0, height() * Y::kOut, width() * X::kOut, 0, 0}).end;
  };
  while (height() > 1 && floats() > kScratchFloats) ++rows;
  while (width() > 4 && floats() > kScratchFloats) ++columns;
  while (height() > 1 && rows * columns < kEnoughAreas &&
         ceil_div(height(), 2) * width() >= kFewestTiles) {
    rows *= 2;
  }
  rows = ceil_div(tiles_h, height());
  const int panels = ceil_div(spec.out_c, kPanelChannels);
  const int groups =
      max_of(1, min_of(ceil_div(kEnoughBlocks, rows * columns), panels / kFewestPanels));
  return {first_y,
          first_x,
          height() * Y::kOut,
          width() * X::kOut,
          min_of(spec.out_c, ceil_div(panels, groups) * kPanelChannels),
          aligned(floats())};
}

// One tile for one vector of channels; point p goes to v + p * point_stride.
template <class A, bool Whole>
NST_INLINE void transform_input(const Window& window, const float* tile, int n, float* v,
                                std::ptrdiff_t point_stride) {
  using Y = typename A::Y;
  using X = typename A::X;
  Vec columns[X::kIn][Y::kPoints];
  unroll<X::kIn>([&](auto x) __attribute__((always_inline)) {
    Vec d[Y::kIn];
    unroll<Y::kIn>([&](auto y) __attribute__((always_inline)) {
      const float* p = tile + y * window.row_stride + x * window.pixel_stride;
      d[y] = load_lanes<Whole>(p, n);
    });
    Y::input(d, columns[x]);
  });
  unroll<Y::kPoints>([&](auto i) __attribute__((always_inline)) {
    Vec d[X::kIn];
    Vec out[X::kPoints];
    unroll<X::kIn>([&](auto x) __attribute__((always_inline)) { d[x] = columns[x][i]; });
    X::input(d, out);
    unroll<X::kPoints>([&](auto j) __attribute__((always_inline)) {
      float* p = v + (i * X::kPoints + j) * point_stride;
      store_lanes<Whole>(p, out[j], n);
    });
  });
}

template <class A>
void transform_inputs(const Window& window, const Layout& l, int channels, float* v) {
  for (int ty = 0; ty < l.tiles_h; ++ty) {
    for (int tx = 0; tx < l.tiles_w; ++tx) {
      const float* tile = window.data + ty * A::Y::kStep * window.row_stride +
                          tx * A::X::kStep * window.pixel_stride;
      int c = 0;
      for (; c + kLanes <= channels; c += kLanes) {
        transform_input<A, true>(window, tile + c, kLanes, v + c, l.v_stride);
      }
      if (c < channels) {
        transform_input<A, false>(window, tile + c, channels - c, v + c, l.v_stride);
      }
      v += channels;
    }
  }
}

// One point's product: m [count][width] = v [count][depth] · u [depth][width], width one or two
// vectors; own: what Products keeps of v's rows; next: the weights of the product after.
template <class Products>
NST_INLINE void multiply(const float* v, const float* corrections, int count, int depth,
                         const float* u, NextWeights next, int width, float* m) {
  const int vectors = width / kLanes;
  for_equal_tiles(count, Products::most_pixels(vectors), [&](int rows, int tiles) {
    tile_loop<Products>(rows, vectors)(v, corrections, depth, u, next, m, tiles);
    v += static_cast<std::ptrdiff_t>(rows) * tiles * depth;
    corrections += rows * tiles;
    m += static_cast<std::ptrdiff_t>(rows) * tiles * width;
  });
}

// Where a tile's outputs go and what is done to them: one vector of channels at a time.
struct Epilogue {
  Vec bias;
  ClampEach clamp;
  const float* skip;  // at the tile's first pixel, or null
  std::ptrdiff_t skip_row, skip_pixel;
  float* out;
  std::ptrdiff_t out_row, out_pixel;
  int first_y, first_x, h, w,
      channels;  // valid ones of the tile: rows [first_y, h), columns [first_x, w)
};

NST_INLINE Epilogue epilogue(const ConvArgs& args) {
  Epilogue e{};
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
  e.clamp =
      clamp_each(clamp_of(args.act), args.floor != nullptr ? args.floor + c : nullptr, e.channels);
  e.skip = args.skip.data != nullptr ? address(args.skip, y, x) + c : nullptr;
  e.out = address(args.output, y, x) + c;
}

// Row y, column x of the tile; dropped where it lies outside the block. Plain: nothing does, all
// channels are there, and there is no skip.
template <bool Plain>
NST_INLINE void put(const Epilogue& e, int y, int x, Vec sum) {
  if (!Plain && (x < e.first_x || x >= e.w)) return;
  Vec value = clamped(e.clamp, sum + e.bias);
  if constexpr (Plain) return store(e.out + y * e.out_row + x * e.out_pixel, value);
  if (e.skip != nullptr) {
    value = value + load_first(e.skip + y * e.skip_row + x * e.skip_pixel, e.channels);
  }
  store_first(e.out + y * e.out_row + x * e.out_pixel, value, e.channels);
}

// Aᵀ m A of one tile for one vector of channels.
template <class A, bool Plain>
NST_INLINE void transform_output(const float* m, std::ptrdiff_t product_stride, const Epilogue& e) {
  using Y = typename A::Y;
  using X = typename A::X;
  Vec columns[X::kProducts][Y::kOut];
  unroll<X::kProducts>([&](auto j) __attribute__((always_inline)) {
    Vec in[Y::kProducts];
    unroll<Y::kProducts>([&](auto i) __attribute__((always_inline)) {
      in[i] = load(m + (i * X::kProducts + j) * product_stride);
    });
    Y::output(in, columns[j]);
  });
  unroll<Y::kOut>([&](auto y) __attribute__((always_inline)) {
    if (!Plain && (y < e.first_y || y >= e.h)) return;
    Vec in[X::kProducts];
    Vec out[X::kOut];
    unroll<X::kProducts>([&](auto j) __attribute__((always_inline)) { in[j] = columns[j][y]; });
    X::output(in, out);
    unroll<X::kOut>([&](auto x) __attribute__((always_inline)) { put<Plain>(e, y, x, out[x]); });
  });
}

// M [product][tile][width] to the block's outputs, channels from `first`.
template <class A>
void transform_outputs(const ConvArgs& args, Block block, const Layout& l, int first, int width,
                       const float* m) {
  Epilogue e = epilogue(args);
  for (int ty = 0; ty < l.tiles_h; ++ty) {
    for (int tx = 0; tx < l.tiles_w; ++tx) {
      const int y = l.tile_y + ty * A::Y::kOut;
      const int x = l.tile_x + tx * A::X::kOut;
      e.first_y = block.y - y;
      e.first_x = block.x - x;
      e.h = min_of(A::Y::kOut, block.y + block.h - y);
      e.w = min_of(A::X::kOut, block.x + block.w - x);
      const bool whole = e.first_y <= 0 && e.first_x <= 0 && e.h == A::Y::kOut && e.w == A::X::kOut;
      for (int c = first; c < first + width && c < args.plan.spec.out_c; c += kLanes) {
        place(e, args, y, x, c);
        if (whole && e.skip == nullptr && e.channels >= kLanes) {
          transform_output<A, true>(m + (c - first), l.m_stride, e);
        } else {
          transform_output<A, false>(m + (c - first), l.m_stride, e);
        }
      }
      m += width;
    }
  }
}

// The transformed input and weight of product n; after the last, the next panel's first weight.
template <class A>
NST_INLINE int point_of(int n) {
  return A::Y::point_of(n / A::X::kProducts) * A::X::kPoints + A::X::point_of(n % A::X::kProducts);
}
template <class A>
NST_INLINE int weight_of(int n) {
  if (n == A::Y::kProducts * A::X::kProducts) return A::Y::kWeights * A::X::kWeights;
  return A::Y::weight_of(n / A::X::kProducts) * A::X::kWeights +
         A::X::weight_of(n % A::X::kProducts);
}

// Is it worth the time that it takes from the products to fetch what comes after them? Only where
// it is far away, and there are many products to each line: elsewhere it costs 2 to 7 %.
constexpr int kManyChannels = 64;

template <class A>
NST_INLINE bool has_far_weights(const ConvSpec& spec) {
  constexpr std::size_t kFar = 1024 * 1024 / sizeof(float);
  return A::Products::kFetches && spec.in_c >= kManyChannels && packed_floats<A>(spec) >= kFar;
}
template <class A>
NST_INLINE bool has_far_outputs(const ConvSpec& spec, const ConvGeometry& g) {
  constexpr std::size_t kFar = 2 * 1024 * 1024 / sizeof(float);
  return A::Products::kFetches && spec.in_c >= kManyChannels &&
         static_cast<std::size_t>(g.out_h) * g.out_w * spec.out_c >= kFar;
}

template <class A>
void run(const ConvArgs& args, Block block, float* scratch) {
  using Products = typename A::Products;
  constexpr int kWeights = A::Y::kWeights * A::X::kWeights;
  constexpr int kProducts = A::Y::kProducts * A::X::kProducts;
  const ConvSpec& spec = args.plan.spec;
  const Layout l = layout<A>(spec, args.geometry, block);
  const int count = l.tiles_h * l.tiles_w;
  float* const v = scratch + l.v;
  float* const corrections = scratch + l.corrections;
  transform_inputs<A>(A::window(args, block, l.rect, scratch), l, spec.in_c, v);
  for (int point = 0; point < A::Y::kPoints * A::X::kPoints; ++point) {
    Products::make_corrections(v + point * l.v_stride, count, spec.in_c,
                               corrections + point * count);
  }
  const bool far_weights = has_far_weights<A>(spec);
  const bool far_outputs = has_far_outputs<A>(spec, args.geometry);
  const int end = block.first_c + block.channels;
  const std::ptrdiff_t rows = Products::rows(spec.in_c);
  const float* u = args.packed + kWeights * rows * block.first_c;
  for (int first = block.first_c; first < end; first += kPanelChannels) {
    const int width = panel_width(spec.out_c, first);
    const std::ptrdiff_t u_stride = rows * width;
    float* m = scratch;
    for (int n = 0; n < kProducts; ++n) {
      const int weight = weight_of<A>(n);
      const int point = point_of<A>(n);
      const NextWeights next(far_weights ? (weight_of<A>(n + 1) - weight) * u_stride : 0);
      multiply<Products>(v + point * l.v_stride, corrections + point * count, count, spec.in_c,
                         u + weight * u_stride, next, width, m);
      if (far_outputs) fetch_outputs(args.output, block, first, width, n, kProducts);
      m += l.m_stride;
    }
    transform_outputs<A>(args, block, l, first, width, scratch);
    u += kWeights * u_stride;
  }
}

// The table entry of algorithm A.
template <class A>
constexpr ConvAlgorithm algorithm() {
  return {A::suits, packed_floats<A>, pack<A>, blocking<A>, run<A>, block_moments};
}

}  // namespace winograd
}  // namespace
}  // namespace nst::kernels
