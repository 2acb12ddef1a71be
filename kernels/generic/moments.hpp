// Mean and sum of squared deviations of a block that was just written and is still in cache.
#pragma once

#include "kernels/generic/view.hpp"

namespace nst::kernels {
namespace {

// Two passes. The first sums deviations from the block's first pixel, so the mean does not lose
// digits when it is large against the spread; the second sums squared deviations from that mean and
// corrects for the mean's own rounding (Chan, Golub, LeVeque: The corrected two-pass algorithm).
// Rows are summed on their own first, which bounds rounding by the row and column counts instead
// of their product.
NST_INLINE void vector_moments(const View& output, Block block, int c, int n, float* mean_out,
                               float* squares_out) {
  const float count = static_cast<float>(block.h) * static_cast<float>(block.w);
  const Vec first = load_first(address(output, block.y, block.x) + c, n);
  Vec sum = splat(0.0f);
  for (int y = 0; y < block.h; ++y) {
    const float* p = address(output, block.y + y, block.x) + c;
    Vec row = splat(0.0f);
    for (int x = 0; x < block.w; ++x, p += output.pixel_stride)
      row = row + (load_first(p, n) - first);
    sum = sum + row;
  }
  const Vec mean = first + quotient(sum, splat(count));
  Vec squares = splat(0.0f);
  Vec residue = splat(0.0f);
  for (int y = 0; y < block.h; ++y) {
    const float* p = address(output, block.y + y, block.x) + c;
    Vec row_squares = splat(0.0f);
    Vec row_residue = splat(0.0f);
    for (int x = 0; x < block.w; ++x, p += output.pixel_stride) {
      const Vec deviation = load_first(p, n) - mean;
      row_squares = fma(deviation, deviation, row_squares);
      row_residue = row_residue + deviation;
    }
    squares = squares + row_squares;
    residue = residue + row_residue;
  }
  const Vec corrected = squares - quotient(residue * residue, splat(count));
  store_first(mean_out, mean, n);
  store_first(squares_out, at_least(0.0f, corrected), n);
}

// moments: [2][out_c], of which the block's channels are filled.
void block_moments(const View& output, Block block, int out_c, float* moments) {
  const int end = block.first_c + block.channels;
  for (int c = block.first_c; c < end; c += kLanes) {
    vector_moments(output, block, c, min_of(end - c, kLanes), moments + c, moments + out_c + c);
  }
}

}  // namespace
}  // namespace nst::kernels
