// The register tile: the sums that an inner loop keeps in registers. A tile has the sums of some
// neighbouring pixels of a row, for the channels of one panel.
#pragma once

#include "kernels/generic/clamp.hpp"
#include "kernels/generic/panels.hpp"

namespace nst::kernels {
namespace {

// Pixels of a register tile with two vectors of channels: as many as the registers allow. With two
// vectors, each broadcast input is used in two multiplications. With many pixels, each vector of
// weights that is loaded from L2 is used in kTilePixels multiplications.
constexpr int kTilePixels = kRegisters == 32 ? 14 : 6;
// Pixels of a register tile with one vector of channels: enough sums to hide the latency of the
// additions.
constexpr int kTilePixelsOfOne = kRegisters == 32 ? 14 : 12;
// Pixels of a register tile with three vectors of channels. A panel of three vectors avoids a last
// panel of one vector, in which each broadcast input would be used in only one multiplication.
constexpr int kTilePixelsOfThree = kRegisters == 32 ? 9 : 4;
// Number of products that are added to each sum in one turn of the loop. Moving the pointers once
// for several products costs little.
constexpr int kUnrolledProducts = 4;

// Divides `count` pixels into tiles of nearly equal width, none wider than `most`. Calls f(width,
// number of tiles) for each width. Equal widths keep the multipliers busier: 64 pixels are divided
// as 13+13+13+13+12 instead of 14+14+14+14+8.
template <class F>
NST_INLINE void for_equal_tiles(int count, int most, F&& f) {
  const int tiles = ceil_div(count, most);
  const int width = count / tiles;
  const int wider = count % tiles;
  if (wider > 0) f(width + 1, wider);
  f(width, tiles - wider);
}

// Divides `count` pixels into tiles as for_equal_tiles does, and calls f(width) for each tile.
template <class F>
NST_INLINE void for_tiles(int count, int most, F&& f) {
  for_equal_tiles(count, most, [&](int width, int tiles) {
    for (; tiles > 0; --tiles) f(width);
  });
}

// Moves a tile to the right by `pixels` output pixels, by moving its pointers.
template <class Tile>
NST_INLINE void advance(Tile& tile, int pixels) {
  tile.in += pixels * tile.in_pixel;
  tile.out += pixels * tile.out_pixel;
  if (tile.epilogue_add != nullptr) tile.epilogue_add += pixels * tile.epilogue_add_pixel;
}

// The operands of a register tile: what it reads, and where its outputs are written.
struct RegisterTile {
  // The input value that the kernel's first weight is multiplied by, for the first output pixel.
  const float* in;
  // Distances in floats: from the inputs of an output pixel to those of the next one, and from a
  // kernel row to the next one.
  std::ptrdiff_t in_pixel, in_row;
  int kernel_h, row_products;  // row_products = kernel_w * in_c
  const float* weights;
  const float* bias;  // biases of the panel's channels; null: none
  int channels;       // number of channels from the panel's first to the layer's last
  Clamp clamp;
  // Values to add to the outputs, beginning with those for the first pixel. Null: none.
  const float* epilogue_add;
  std::ptrdiff_t epilogue_add_pixel;
  float* out;
  std::ptrdiff_t out_pixel;
};

// The sums of a register tile: P pixels × V vectors of channels.
template <int P, int V>
struct Accumulators {
  Vec at[P][V];
};

// Adds U products to each sum; does not move the pointers. `in` has a pointer for every third pixel
// only, and the next two pixels are addressed relative to it. So x86's 16 general registers are
// enough.
template <int P, int V, int U>
NST_INLINE void accumulate(Accumulators<P, V>& acc, const float* const* in, std::ptrdiff_t pixel,
                           const float* weights) {
  unroll<U>([&](auto u) __attribute__((always_inline)) {
    Vec w[V];
    unroll<V>([&](auto v)
                  __attribute__((always_inline)) { w[v] = load(weights + (u * V + v) * kLanes); });
    unroll<P>([&](auto p) __attribute__((always_inline)) {
      const Vec x = broadcast(in[p / 3][(p % 3) * pixel + u]);
      unroll<V>([&](auto v) __attribute__((always_inline)) { add_product(acc.at[p][v], x, w[v]); });
    });
  });
}

// Clamps the sums of a register tile, adds epilogue_add and writes the outputs.
template <int P, int V>
NST_INLINE void store_tile(const Accumulators<P, V>& acc, const RegisterTile& t) {
  const bool plain = t.channels >= V * kLanes && t.epilogue_add == nullptr;
  unroll<P>([&](auto p) __attribute__((always_inline)) {
    unroll<V>([&](auto v) __attribute__((always_inline)) {
      float* const out = t.out + p * t.out_pixel + v * kLanes;
      Vec value = clamped(t.clamp, acc.at[p][v]);
      if (plain) return store(out, value);
      const int valid = t.channels - v * kLanes;
      if (t.epilogue_add != nullptr) {
        value = value + load_masked(t.epilogue_add + p * t.epilogue_add_pixel + v * kLanes, valid);
      }
      store_masked(out, value, valid);
    });
  });
}

template <int P, int V>
NST_INLINE void clear(Accumulators<P, V>& acc) {
  unroll<P>([&](auto p) __attribute__((always_inline)) {
    unroll<V>([&](auto v) __attribute__((always_inline)) { acc.at[p][v] = broadcast(0.0f); });
  });
}

// Number of products in an accumulation chain. A long sum is divided into chains that are summed
// separately: rounding errors grow with a chain's length, and a deep network magnifies them. This
// costs about two percent of the time.
constexpr int kChainProducts = 64;

// Adds `count` products of one kernel row to each sum. Advances `in` and `weights`.
template <int P, int V>
NST_INLINE void accumulate_row_products(Accumulators<P, V>& acc, const float** in,
                                        std::ptrdiff_t pixel, const float*& weights, int count) {
  constexpr int kPointers = (P + 2) / 3;
  for (; count >= kUnrolledProducts; count -= kUnrolledProducts) {
    accumulate<P, V, kUnrolledProducts>(acc, in, pixel, weights);
    unroll<kPointers>([&](auto j) __attribute__((always_inline)) { in[j] += kUnrolledProducts; });
    weights += kUnrolledProducts * V * kLanes;
  }
  for (; count > 0; --count) {
    accumulate<P, V, 1>(acc, in, pixel, weights);
    unroll<kPointers>([&](auto j) __attribute__((always_inline)) { ++in[j]; });
    weights += V * kLanes;
  }
}

// Sums of finished accumulation chains, kept in memory while the registers sum the next chain.
template <int P, int V>
struct PartialSums {
  alignas(64) float at[P][V][kLanes];
  bool is_empty = true;

  // The asm statement tells the compiler that `at` is written here. Otherwise the compiler would
  // clear `at`, or warn that it is not initialised.
  NST_INLINE PartialSums() { asm("" : "=m"(at)); }

  NST_INLINE void take(Accumulators<P, V>& acc) {
    add_to(acc);
    is_empty = false;
    unroll<P>([&](auto p) __attribute__((always_inline)) {
      unroll<V>([&](auto v) __attribute__((always_inline)) { store(at[p][v], acc.at[p][v]); });
    });
    clear(acc);
  }
  NST_INLINE void add_to(Accumulators<P, V>& acc) const {
    if (is_empty) return;
    unroll<P>([&](auto p) __attribute__((always_inline)) {
      unroll<V>([&](auto v) __attribute__((always_inline)) {
        acc.at[p][v] = acc.at[p][v] + load(at[p][v]);
      });
    });
  }
};

constexpr int most_tile_pixels(int vectors) {
  return vectors == 1 ? kTilePixelsOfOne : vectors == 2 ? kTilePixels : kTilePixelsOfThree;
}

// Returns TileLoop::run<pixels, vectors>. TileLoop states its largest numbers of vectors
// (kMostVectors) and pixels (most_pixels(vectors)).
template <class TileLoop, int V, int... P>
NST_INLINE auto tile_loop(int pixels, std::integer_sequence<int, P...>) {
  static constexpr typename TileLoop::Function functions[] = {TileLoop::template run<P + 1, V>...};
  return functions[pixels - 1];
}

template <class TileLoop, int V>
NST_INLINE auto tile_loop(int pixels) {
  return tile_loop<TileLoop, V>(pixels,
                                std::make_integer_sequence<int, TileLoop::most_pixels(V)>{});
}

template <class TileLoop>
NST_INLINE auto tile_loop(int pixels, int vectors) {
  static_assert(kPanelVectors == 2 && kMostPanelVectors == 3);
  if constexpr (TileLoop::kMostVectors == 3) {
    if (vectors == 3) return tile_loop<TileLoop, 3>(pixels);
  }
  return vectors == 2 ? tile_loop<TileLoop, 2>(pixels) : tile_loop<TileLoop, 1>(pixels);
}

// Computes `pixels` neighbouring pixels of a row, for a panel of `vectors` vectors of channels.
template <class TileLoop, class Tile>
NST_INLINE void run_tile_row(Tile tile, int pixels, int vectors) {
  for_equal_tiles(pixels, TileLoop::most_pixels(vectors), [&](int width, int tiles) {
    tile_loop<TileLoop>(width, vectors)(tile, tiles);
    advance(tile, width * tiles);
  });
}

}  // namespace
}  // namespace nst::kernels
