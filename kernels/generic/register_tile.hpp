// The register tile of convolutions with channels in the lanes.
#pragma once

#include "kernels/generic/clamp.hpp"
#include "kernels/generic/panels.hpp"

namespace nst::kernels {
namespace {

// The register tile: kTilePixels × kPanelVectors accumulators. Two vectors of channels let one
// broadcast feed two multiplies; the remaining registers hold pixels, which is what keeps the
// weights' traffic from the second-level cache low (one vector per kTilePixels multiplies).
constexpr int kTilePixels = kRegisters == 32 ? 14 : 6;
// With one vector of channels: enough to hide the latency of the additions.
constexpr int kTilePixelsOfOne = kRegisters == 32 ? 14 : 12;
// Three vectors that are left go together: one alone would need a broadcast for every multiply.
constexpr int kTilePixelsOfThree = kRegisters == 32 ? 9 : 4;
// Products per loop turn: amortises the pointer increments.
constexpr int kUnrolledProducts = 4;

// f(width, tiles) for tiles of at most `most` and nearly equal width that make up `count`: 64
// pixels as 13+13+13+13+12 keep the multipliers busier than 14+14+14+14+8.
template <class F>
NST_INLINE void for_equal_tiles(int count, int most, F&& f) {
  const int tiles = ceil_div(count, most);
  const int width = count / tiles;
  const int wider = count % tiles;
  if (wider > 0) f(width + 1, wider);
  f(width, tiles - wider);
}

// f(width) for each of them.
template <class F>
NST_INLINE void for_tiles(int count, int most, F&& f) {
  for_equal_tiles(count, most, [&](int width, int tiles) {
    for (; tiles > 0; --tiles) f(width);
  });
}

// Moves a tile, of any algorithm that walks along rows, by some output pixels.
template <class Tile>
NST_INLINE void advance(Tile& tile, int pixels) {
  tile.in += pixels * tile.in_pixel;
  tile.out += pixels * tile.out_pixel;
  if (tile.skip != nullptr) tile.skip += pixels * tile.skip_pixel;
}

// A register tile: neighbouring pixels of one row × a panel of channels.
struct RegisterTile {
  const float* in;                  // tap (0, 0) of the first pixel
  std::ptrdiff_t in_pixel, in_row;  // to the next output pixel; to the next kernel row
  int kernel_h, run;                // run: kernel_w * in_c
  const float* weights;
  const float* bias;  // of the panel, or null
  int channels;       // valid ones, from the panel's first on
  Clamp clamp;
  const float* skip;  // of the first pixel, or null
  std::ptrdiff_t skip_pixel;
  float* out;
  std::ptrdiff_t out_pixel;
};

template <int P, int V>
struct Accumulators {
  Vec at[P][V];
};

// Pointers are kept for every third pixel: three addresses share one by offsets of 0, 1 and 2
// pixels, which leaves x86's 16 general registers enough.
template <int P, int V, int U>
NST_INLINE void accumulate(Accumulators<P, V>& acc, const float* const* in, std::ptrdiff_t pixel,
                           const float* weights) {
  unroll<U>([&](auto u) __attribute__((always_inline)) {
    Vec w[V];
    unroll<V>([&](auto v)
                  __attribute__((always_inline)) { w[v] = load(weights + (u * V + v) * kLanes); });
    unroll<P>([&](auto p) __attribute__((always_inline)) {
      const Vec x = splat(in[p / 3][(p % 3) * pixel + u]);
      unroll<V>([&](auto v) __attribute__((always_inline)) { add_product(acc.at[p][v], x, w[v]); });
    });
  });
}

template <int P, int V>
NST_INLINE void store_tile(const Accumulators<P, V>& acc, const RegisterTile& t) {
  const bool plain = t.channels >= V * kLanes && t.skip == nullptr;
  unroll<P>([&](auto p) __attribute__((always_inline)) {
    unroll<V>([&](auto v) __attribute__((always_inline)) {
      float* const out = t.out + p * t.out_pixel + v * kLanes;
      Vec value = clamped(t.clamp, acc.at[p][v]);
      if (plain) return store(out, value);
      const int valid = t.channels - v * kLanes;
      if (t.skip != nullptr) {
        value = value + load_first(t.skip + p * t.skip_pixel + v * kLanes, valid);
      }
      store_first(out, value, valid);
    });
  });
}

template <int P, int V>
NST_INLINE void clear(Accumulators<P, V>& acc) {
  unroll<P>([&](auto p) __attribute__((always_inline)) {
    unroll<V>([&](auto v) __attribute__((always_inline)) { acc.at[p][v] = splat(0.0f); });
  });
}

// Long sums are made of partial ones of kChainProducts products: rounding errors grow with the
// length of a chain, and a deep network multiplies them. Costs about two percent.
constexpr int kChainProducts = 64;

// `count` products of one kernel row; advances `in` and `weights`.
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

// Sums that wait in memory while the registers hold the next chain.
template <int P, int V>
struct PartialSums {
  alignas(64) float at[P][V][kLanes];
  bool is_empty = true;

  // To the compiler `at` is written here, so that it neither clears it nor warns.
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

// Loop::run<pixels, vectors>, for tiles of at most Loop::kMostVectors vectors and
// Loop::most_pixels(vectors) pixels.
template <class Loop, int V, int... P>
NST_INLINE auto tile_loop(int pixels, std::integer_sequence<int, P...>) {
  static constexpr typename Loop::Function functions[] = {Loop::template run<P + 1, V>...};
  return functions[pixels - 1];
}

template <class Loop, int V>
NST_INLINE auto tile_loop(int pixels) {
  return tile_loop<Loop, V>(pixels, std::make_integer_sequence<int, Loop::most_pixels(V)>{});
}

template <class Loop>
NST_INLINE auto tile_loop(int pixels, int vectors) {
  static_assert(kPanelVectors == 2 && kMostPanelVectors == 3);
  if constexpr (Loop::kMostVectors == 3) {
    if (vectors == 3) return tile_loop<Loop, 3>(pixels);
  }
  return vectors == 2 ? tile_loop<Loop, 2>(pixels) : tile_loop<Loop, 1>(pixels);
}

// `pixels` neighbours of a row for a panel of `vectors` vectors.
template <class Loop, class Tile>
NST_INLINE void run_tile_row(Tile tile, int pixels, int vectors) {
  for_equal_tiles(pixels, Loop::most_pixels(vectors), [&](int width, int tiles) {
    tile_loop<Loop>(width, vectors)(tile, tiles);
    advance(tile, width * tiles);
  });
}

}  // namespace
}  // namespace nst::kernels
