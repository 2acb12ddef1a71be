// The brush: makes strokes grow with the picture, by painting it at growing sizes. The networks'
// strokes are a few pixels wide at any size. So a large picture is painted small first; each larger
// painting starts from the one before. docs/brush.md explains it with pictures.
#pragma once

#include <vector>

#include "image/canvas.hpp"
#include "image/float_picture.hpp"
#include "image/photo.hpp"

namespace nst {

// Returns the sizes at which a picture is painted, from small to large; the last one is `size`. The
// first has a shorter side of `start`. The sides grow by equal factors of at least 2, but a picture
// smaller than 2·start has two sizes. Only `size` if the shorter side is at most `start`, or if
// `start` is 0.
std::vector<Size> brush_sizes(Size size, int start);

// Writes the input of a level's network to `input` [h, w, 3]. The input is the average of two
// pictures of the photo's size: the photo, and `coarse`, which is the painting of the level before,
// enlarged. Returns the enlarged painting reduced to the means of its cells (gaussian.hpp).
FloatPicture mix_level_input(const FloatPicture& coarse, const Photo& photo, float* input,
                             int threads);

// Replaces the low frequencies of a level's painting by those of the level before:
// fine + blur(coarse − fine), a Gaussian of 12 pixels. `coarse_cells` is what mix_level_input
// returned. The colours of large areas, which the network flattens a little at each level, so stay
// those of the smallest painting.
//
// The last level is clamped to 0..1, which would move the mean colour of paintings with many
// samples near 0 or 1. So its low frequencies are restored once more after clamping. Other levels
// are not clamped: their low frequencies are exactly those of the smallest painting.
void restore_low_frequencies(Canvas& fine, const FloatPicture& coarse_cells, bool is_last,
                             int threads);

}  // namespace nst
