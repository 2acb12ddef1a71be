// The cutting of pictures into blocks of pixels, and of rows into tiles.
#pragma once

#include "kernels/generic/moments.hpp"
#include "kernels/generic/simd.hpp"
#include "kernels/kernels.h"

namespace nst::kernels {
namespace {

constexpr int kRegisterTile = 14;  // pixels

// Blocks for an algorithm that needs scratch_floats(spec, h, w) for one of h x w pixels. Rows are
// at most `widest` pixels, a multiple of `granule` where the picture is wider than that; a block
// has at least `fewest` pixels, if the scratch allows.
template <class ScratchFloats>
ConvBlocking pixel_blocking(const ConvSpec& spec, const ConvGeometry& g, int widest, int granule,
                            ScratchFloats&& scratch_floats, int fewest = kRegisterTile) {
  // A window and a panel of weights share a second-level cache taken as 1 MiB.
  constexpr std::size_t kWindowFloats = (384 * 1024) / sizeof(float);
  constexpr int kHeight = 16;
  constexpr int kEnoughBlocks = 16;  // two each for eight threads
  const auto width = [&](int columns) {
    return min_of(ceil_div(ceil_div(g.out_w, columns), granule) * granule, g.out_w);
  };
  int columns = ceil_div(g.out_w, widest);
  int h = min_of(kHeight, g.out_h);
  while (h > 1 && ceil_div(g.out_h, h) * columns < kEnoughBlocks &&
         (h - 1) * width(columns) >= fewest) {
    --h;
  }
  while (h > 1 && scratch_floats(spec, h, width(columns)) > kWindowFloats) --h;
  while (width(columns) > max_of(kRegisterTile, granule) &&
         scratch_floats(spec, h, width(columns)) > kWindowFloats) {
    ++columns;
  }
  // Whole cache lines keep what follows in the caller's arena aligned.
  const std::size_t scratch = (scratch_floats(spec, h, width(columns)) + 15) / 16 * 16;
  return {0, 0, h, width(columns), spec.out_c, scratch};
}

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

// For algorithms whose inner loops know no floor, which few layers have: what they clamp to, and
// the pass over a block that follows.
NST_INLINE Clamp clamp_before_floor(const ConvArgs& args) {
  return clamp_of(args.floor != nullptr ? Activation::none : args.act);
}

void raise_to_floor(const ConvArgs& args, Block block) {
  if (args.floor == nullptr) return;
  for (int y = block.y; y < block.y + block.h; ++y) {
    float* out = address(args.output, y, block.x) + block.first_c;
    for (int x = 0; x < block.w; ++x, out += args.output.pixel_stride) {
      for (int c = 0; c < block.channels; c += kLanes) {
        const int n = min_of(block.channels - c, kLanes);
        const Vec floor = load_first(args.floor + block.first_c + c, n);
        store_first(out + c, maximum(floor, load_first(out + c, n)), n);
      }
    }
  }
}

// Moves a tile, of any algorithm that walks along rows, by some output pixels.
template <class Tile>
NST_INLINE void advance(Tile& tile, int pixels) {
  tile.in += pixels * tile.in_pixel;
  tile.out += pixels * tile.out_pixel;
  if (tile.skip != nullptr) tile.skip += pixels * tile.skip_pixel;
}

}  // namespace
}  // namespace nst::kernels
