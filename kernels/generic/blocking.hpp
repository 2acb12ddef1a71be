// Cuts pictures into blocks of pixels.
#pragma once

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

}  // namespace
}  // namespace nst::kernels
