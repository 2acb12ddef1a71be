// Chooses the sizes of the blocks of pixels into which an algorithm cuts its output.
#pragma once

#include "kernels/generic/cache_sizes.hpp"
#include "kernels/generic/simd.hpp"
#include "kernels/kernels.h"

namespace nst::kernels {
namespace {

// Number of pixels of the widest register tile.
constexpr int kRegisterTile = 14;
// Largest width of a block in pixels, for algorithms with channels in the lanes. Two neighbouring
// blocks both read the columns at their common border. Wider blocks have fewer such columns, but
// would save little time.
constexpr int kWidestBlock = 64;
// Largest height of a block in pixels. Two neighbouring blocks both read the rows at their common
// border. Higher blocks have fewer such rows, but would save little time.
constexpr int kHighestBlock = 16;

// Returns the blocks of an algorithm that needs scratch_floats(spec, h, w) floats of scratch for h
// x w pixels.
// - A block is at most `widest` pixels wide.
// - If the picture is wider than a block, a block's width is a multiple of `granule`.
// - A block has at least `fewest` pixels if their scratch is not too large.
template <class ScratchFloats>
ConvBlocking pixel_blocking(const ConvSpec& spec, const ConvGeometry& g, int widest, int granule,
                            ScratchFloats&& scratch_floats, int fewest = kRegisterTile) {
  // Blocks are made lower until there are this many: two for each of eight threads.
  constexpr int kEnoughBlocks = 16;
  const auto width = [&](int columns) {
    return min_of(ceil_div(ceil_div(g.out_w, columns), granule) * granule, g.out_w);
  };
  int columns = ceil_div(g.out_w, widest);
  int h = min_of(kHighestBlock, g.out_h);
  while (h > 1 && ceil_div(g.out_h, h) * columns < kEnoughBlocks &&
         (h - 1) * width(columns) >= fewest) {
    --h;
  }
  while (h > 1 && scratch_floats(spec, h, width(columns)) > kWindowFloats) --h;
  while (width(columns) > max_of(kRegisterTile, granule) &&
         scratch_floats(spec, h, width(columns)) > kWindowFloats) {
    ++columns;
  }
  // Rounds the scratch up to whole cache lines. So what the caller stores after it is aligned, too.
  const std::size_t scratch = round_up_to_line(scratch_floats(spec, h, width(columns)));
  return {0, 0, h, width(columns), spec.out_c, scratch};
}

}  // namespace
}  // namespace nst::kernels
