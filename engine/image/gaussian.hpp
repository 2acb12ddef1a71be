// Low frequencies of a picture: a wide Gaussian blur, computed on a picture of a quarter of the
// sides.
#pragma once

#include "image/float_picture.hpp"

namespace nst {

// The side of a cell, in pixels: a reduced picture has one pixel for each cell of kCell × kCell
// pixels. The last cells of a row and of a column also take the pixels that are left, up to
// kMostOfCell: cells of a few pixels would count too much.
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

// Writes `picture`, blurred by a Gaussian of standard deviation `sigma` pixels along both axes, to
// `blurred`, another picture of this size, on up to `threads` threads. The kernel is cut at 3σ and
// normalised. At the edges the picture is mirrored (the outermost pixel is repeated), so that a
// blur keeps the picture's mean colour.
void blur(const FloatPicture& picture, double sigma, int threads, FloatPicture& blurred);

// Returns the standard deviation, in cells, of the blur for a reduced picture. A picture is blurred
// by `sigma` pixels in three steps: it is reduced to the means of its cells, blurred, and enlarged
// again by linear interpolation. All three steps blur, and their variances add up. For cells of
// side k = kCell, in square pixels, the means add (k² − 1) / 12 and the interpolation k² / 6. sigma
// must be at least 4.
double sigma_of_cells(double sigma);

}  // namespace nst
