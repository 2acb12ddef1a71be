// Winograd convolution: the steps that all Winograd algorithms share.
//
// A block is cut into Winograd tiles. The inputs of a tile are transformed to values called points.
// The taps of a kernel are transformed to the transformed weights. Product number n multiplies
// point number point_of(n) by transformed weight number weight_of(n). Rows and columns are
// transformed independently, so there is a product number n for each pair of products of the two
// axes.
//
//     V [point][tile][in_c]       the points of all tiles, computed once for a block
//     U [weight][in_c][channel]   the transformed weights, packed beforehand
//     M [n][tile][channel]        the matrix product V[point_of(n)] · U[weight_of(n)], computed for
//                                 one panel of output channels at a time
//
// Last, the outputs of each tile are computed from its part of M. V, M and a panel of U stay in the
// L2 cache.
//
// An algorithm A has:
//     A::Y, A::X    its axes (winograd_axis.hpp)
//     A::window     makes a block's input with its border
//     A::Products   multiplies the matrices (winograd_products.hpp)
//     A::suits      returns true if the algorithm should compute a layer
#pragma once

#include "kernels/generic/blocking.hpp"
#include "kernels/generic/moments.hpp"
#include "kernels/generic/panels.hpp"
#include "kernels/generic/prefetch.hpp"
#include "kernels/generic/register_tile.hpp"
#include "kernels/generic/window.hpp"
#include "kernels/generic/winograd_axis.hpp"
#include "kernels/generic/winograd_pack.hpp"

namespace nst::kernels {
namespace {
namespace winograd {

// Returns the distance between two planes of V or M: `floats`, rounded up to an odd number of cache
// lines. If the distance were a power of two, all planes would share a few sets of the L1 cache.
NST_INLINE std::size_t plane_stride(std::size_t floats) {
  return ((floats + kLine - 1) / kLine | 1) * kLine;
}

// A layer needs at least this many input channels and output channels to use a Winograd algorithm.
// With fewer channels, the transforms take longer than the saved multiplications.
constexpr int kFewestChannels = 16;

// The tiles of one block, and the layout of its scratch memory. The scratch begins with the window,
// which the products M overwrite later. The transformed inputs V begin at float v. The row
// corrections of A::Products begin at float `corrections`. `end` is the number of floats in all.
struct Layout {
  int tiles_h, tiles_w;
  int tile_y, tile_x;  // row and column of the first output pixel of the first tile
  Rect rect;           // the window: all input pixels that the tiles read
  std::size_t v, corrections, end;
  // Distances in floats: from a point to the next one in V, and from a product to the next one in
  // M.
  std::ptrdiff_t v_stride, m_stride;
};

// Returns the layout of a block. The first tile begins at the block's first pixel or before it.
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
  l.v = round_up_to_line(window > m ? window : m);
  l.corrections = l.v + round_up_to_line(Y::kPoints * X::kPoints * v_stride + kLanes);
  l.end = l.corrections + A::Products::correction_floats(Y::kPoints * X::kPoints * count);
  return l;
}

// Returns blocks as large as the L2 cache allows. Large blocks are faster, because every spatial
// block reads all weights. There should be at least kEnoughBlocks blocks, so that threads share the
// work evenly. If that would make spatial blocks too small, blocks have fewer channels instead.
// Then several blocks transform the same inputs.
template <class A>
ConvBlocking blocking(const ConvSpec& spec, const ConvGeometry& g) {
  using Y = typename A::Y;
  using X = typename A::X;
  // Largest width and height of a block, in tiles.
  constexpr int kWidest = ceil_div(kWidestBlock, X::kStep);
  constexpr int kHighest = ceil_div(kHighestBlock, Y::kStep);
  // Smallest width of a block, in tiles. A narrower block would share most of the columns that it
  // reads with its neighbours, which transform them again.
  constexpr int kNarrowest = 4;
  // A block is not halved if its halves would have fewer tiles than this. 24 tiles are enough to
  // fill two register tiles (of at most 14 tiles) almost completely.
  constexpr int kFewestTiles = 24;
  // Blocks are halved until there are kEnoughSpatialBlocks, so that eight threads have work. If
  // that leaves fewer than kEnoughBlocks, blocks are also divided by channels, so that at least
  // four threads have work.
  constexpr int kEnoughSpatialBlocks = 8;
  constexpr int kEnoughBlocks = 4;
  // If blocks are divided by channels, each has at least this many panels. Fewer panels would make
  // the layer slower, because each block transforms the inputs again.
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
  while (height() > 1 && floats() > kWinogradScratchFloats) ++rows;
  while (width() > kNarrowest && floats() > kWinogradScratchFloats) ++columns;
  while (height() > 1 && rows * columns < kEnoughSpatialBlocks &&
         ceil_div(height(), 2) * width() >= kFewestTiles) {
    rows *= 2;
  }
  rows = ceil_div(tiles_h, height());
  const int panels = ceil_div(spec.out_c, kPanelChannels);
  const int channel_blocks =
      max_of(1, min_of(ceil_div(kEnoughBlocks, rows * columns), panels / kFewestPanels));
  return {first_y,
          first_x,
          height() * Y::kOut,
          width() * X::kOut,
          min_of(spec.out_c, ceil_div(panels, channel_blocks) * kPanelChannels),
          round_up_to_line(floats())};
}

// Transforms the inputs of one tile, for one vector of channels. Writes point number p of the tile
// to v + p * point_stride.
template <class A, bool Whole>
NST_INLINE void transform_input(const Window& window, const float* tile, int n, float* v,
                                std::ptrdiff_t point_stride) {
  using Y = typename A::Y;
  using X = typename A::X;
  transform_2d<Y::kIn, Y::kPoints, X::kIn, X::kPoints>(
      [&](auto y, auto x) __attribute__((always_inline)) {
        const float* p = tile + y * window.row_stride + x * window.pixel_stride;
        return load_masked_or_whole<Whole>(p, n);
      },
      [](const auto& column, auto& points)
          __attribute__((always_inline)) { Y::input(column, points); },
      [](const auto& row, auto& points) __attribute__((always_inline)) { X::input(row, points); },
      [](auto) __attribute__((always_inline)) { return true; },
      [&](auto i, auto j, Vec value) __attribute__((always_inline)) {
        store_masked_or_whole<Whole>(v + (i * X::kPoints + j) * point_stride, value, n);
      });
}

// Transforms the inputs of all tiles of a block and writes them to V, at `v`.
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

// Computes the matrix product of one product number: m [count][width] = v [count][depth] · u
// [depth][width]. The width is one or two vectors. `corrections` has the row correction of each row
// of v, as Products computed it. `next` prefetches the weights of the next product.
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

// Says how the outputs of one tile are finished (bias, clamp, epilogue_add) and where they are
// written, for one vector of channels.
struct Epilogue {
  Vec bias;
  ClampEach clamp;
  // Values to add to the outputs, beginning with those for the tile's first pixel. Null: none.
  const float* epilogue_add;
  std::ptrdiff_t epilogue_add_row, epilogue_add_pixel;
  float* out;
  std::ptrdiff_t out_row, out_pixel;
  int first_y, first_x, h, w,
      channels;  // part of the tile in the block: rows [first_y, h), columns [first_x, w)
};

// Returns an epilogue that has only the strides. move_to() sets everything else.
NST_INLINE Epilogue epilogue(const ConvArgs& args) {
  Epilogue e{};
  e.epilogue_add_row = args.epilogue_add.row_stride;
  e.epilogue_add_pixel = args.epilogue_add.pixel_stride;
  e.out_row = args.output.row_stride;
  e.out_pixel = args.output.pixel_stride;
  return e;
}

// Moves the epilogue to the tile whose first output pixel is (y, x), and to channels from c on.
NST_INLINE void move_to(Epilogue& e, const ConvArgs& args, int y, int x, int c) {
  e.channels = args.plan.spec.out_c - c;
  e.bias = args.bias != nullptr ? load_masked(args.bias + c, e.channels) : broadcast(0.0f);
  e.clamp =
      clamp_each(clamp_of(args.act), args.floor != nullptr ? args.floor + c : nullptr, e.channels);
  e.epilogue_add =
      args.epilogue_add.data != nullptr ? address(args.epilogue_add, y, x) + c : nullptr;
  e.out = address(args.output, y, x) + c;
}

// Finishes the output at row y, column x of the tile and stores it. Stores nothing if the output
// lies outside the block. Plain may be true only if the whole tile lies in the block, all lanes
// have a channel, and epilogue_add is not used. Then the checks are left out.
template <bool Plain>
NST_INLINE void store_output(const Epilogue& e, int y, int x, Vec sum) {
  if (!Plain && (x < e.first_x || x >= e.w)) return;
  Vec value = clamped(e.clamp, sum + e.bias);
  if constexpr (Plain) return store(e.out + y * e.out_row + x * e.out_pixel, value);
  if (e.epilogue_add != nullptr) {
    value = value + load_masked(e.epilogue_add + y * e.epilogue_add_row + x * e.epilogue_add_pixel,
                                e.channels);
  }
  store_masked(e.out + y * e.out_row + x * e.out_pixel, value, e.channels);
}

// Computes the outputs Aᵀ m A of one Winograd tile, for one vector of channels.
template <class A, bool Plain>
NST_INLINE void transform_output(const float* m, std::ptrdiff_t product_stride, const Epilogue& e) {
  using Y = typename A::Y;
  using X = typename A::X;
  transform_2d<Y::kProducts, Y::kOut, X::kProducts, X::kOut>(
      [&](auto i, auto j) __attribute__((always_inline)) {
        return load(m + (i * X::kProducts + j) * product_stride);
      },
      [](const auto& column, auto& out) __attribute__((always_inline)) { Y::output(column, out); },
      [](const auto& row, auto& out) __attribute__((always_inline)) { X::output(row, out); },
      [&](auto y) __attribute__((always_inline)) { return Plain || (y >= e.first_y && y < e.h); },
      [&](auto y, auto x, Vec sum)
          __attribute__((always_inline)) { store_output<Plain>(e, y, x, sum); });
}

// Computes outputs of the block from M [product][tile][width], for the `width` channels that begin
// with channel `first`.
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
        move_to(e, args, y, x, c);
        if (whole && e.epilogue_add == nullptr && e.channels >= kLanes) {
          transform_output<A, true>(m + (c - first), l.m_stride, e);
        } else {
          transform_output<A, false>(m + (c - first), l.m_stride, e);
        }
      }
      m += width;
    }
  }
}

// point_of returns the index of the point (a value of a transformed tile) that product n
// multiplies. weight_of returns the index of the transformed weight that it multiplies. If n is the
// number of products, weight_of returns the index at which the next panel's weights begin.
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

// A layer with fewer input channels than this does not prefetch. Prefetching takes time from the
// multiplications. It helps only if the data is not yet in the L2 cache and each cache line is used
// in many products. Otherwise it makes a layer 2 to 7 % slower.
constexpr int kManyChannels = 64;

template <class A>
NST_INLINE bool has_far_weights(const ConvSpec& spec) {
  return A::Products::kPrefetches && spec.in_c >= kManyChannels &&
         packed_floats<A>(spec) >= kL2Floats;
}
template <class A>
NST_INLINE bool has_far_outputs(const ConvSpec& spec, const ConvGeometry& g) {
  return A::Products::kPrefetches && spec.in_c >= kManyChannels &&
         static_cast<std::size_t>(g.out_h) * g.out_w * spec.out_c >= 2 * kL2Floats;
}

// Computes the outputs of one block by a Winograd algorithm.
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
      if (far_outputs) prefetch_outputs(args.output, block, first, width, n, kProducts);
      m += l.m_stride;
    }
    transform_outputs<A>(args, block, l, first, width, scratch);
    u += kWeights * u_stride;
  }
}

// Returns algorithm A as an entry of a kernel table, with this name.
template <class A>
constexpr ConvAlgorithm algorithm(const char* name) {
  return {name, A::suits, packed_floats<A>, pack<A>, blocking<A>, run<A>, block_moments};
}

}  // namespace winograd
}  // namespace
}  // namespace nst::kernels
