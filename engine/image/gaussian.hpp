// Low frequencies of a picture: a wide Gaussian blur. To save time, it is computed on a reduced
// picture, which has a quarter of the width and of the height.
#pragma once

#include "image/float_picture.hpp"

namespace nst {

// The side of a cell, in pixels: a reduced picture has one pixel for each cell of kCell × kCell
// pixels. If the picture's width is no multiple of kCell, the last cell of a row is wider, up to
// kMostOfCell. The same holds for its height. Narrow extra cells would give a few pixels too much
// weight.
inline constexpr int kCell = 4;
inline constexpr int kMostOfCell = 2 * kCell - 1;

// Returns the size of the reduced picture of a picture of this size.
constexpr Size reduced_size(Size size) {
  return {size.width < kCell ? 1 : size.width / kCell,
          size.height < kCell ? 1 : size.height / kCell};
}

// Writes the means of one row of cells to out [reduced width, 3]. `rows` is the first of `count`
// (1 to kMostOfCell) rows of `width` RGB pixels, which follow each other without gaps.
void mean_of_cells(const float* rows, int count, int width, float* out);

// Blurs `picture` along both axes by a Gaussian with a standard deviation of `sigma` pixels, on up
// to `threads` threads. Writes the result to `blurred`, another picture of the same size. The
// kernel is cut at 3σ and normalised. At the edges the picture is mirrored (the outermost pixel is
// repeated), so that a blur keeps the picture's mean colour.
void blur(const FloatPicture& picture, double sigma, int threads, FloatPicture& blurred);

// Returns the standard deviation, in cells, by which a reduced picture must be blurred to blur the
// whole picture by `sigma` pixels. The whole blur has three steps: reduce the picture to the means
// of its cells, blur it, and enlarge it by linear interpolation. Each step blurs, and the variances
// of the steps add up. In square pixels, with k = kCell, reducing adds (k² − 1) / 12 and enlarging
// k² / 6. sigma must be at least 4.
double sigma_of_cells(double sigma);

}  // namespace nst
