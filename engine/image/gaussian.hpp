// Low frequencies of a picture: a wide Gaussian blur, computed on a picture of a quarter of the
// sides.
#pragma once

#include "image/float_picture.hpp"

namespace nst {

// The side of a cell, in pixels: a reduced picture has one pixel for each cell of kCell × kCell
// pixels.
inline constexpr int kCell = 4;

// Returns the size of the reduced picture of a picture of this size. Cells at the right and lower
// edges may be cut.
constexpr Size reduced_size(Size size) {
  return {(size.width + kCell - 1) / kCell, (size.height + kCell - 1) / kCell};
}

// Writes the means of one row of cells to out [reduced width, 3]. `rows` is the first of `count`
// (1 to kCell) rows of `width` RGB pixels, which follow each other without gaps. A cut cell gets
// the mean of the pixels it has.
void mean_of_cells(const float* rows, int count, int width, float* out);

// Writes `picture`, blurred by a Gaussian of standard deviation `sigma` pixels along both axes, to
// `blurred`, another picture of this size, on up to `threads` threads. The kernel is cut at 3σ and
// normalised. At the edges the picture is mirrored (the outermost pixel is repeated), so that a
// blur keeps the picture's mean colour.
void blur(const FloatPicture& picture, double sigma, int threads, FloatPicture& blurred);

// Returns the standard deviation, in cells, by which a reduced picture must be blurred so that the
// whole way — means of cells, blur, linear interpolation back — is a blur of `sigma` pixels. The
// variances add up: a cell's mean has (k² − 1) / 12 and linear interpolation between cells k² / 6
// square pixels. sigma must be at least 4.
double sigma_of_cells(double sigma);

}  // namespace nst
