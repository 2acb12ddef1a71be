// The brush: makes strokes grow with the picture, by painting it at growing sizes. The networks'
// strokes are a few pixels wide at any size. So a large picture is painted small first; each larger
// painting starts from the one before. docs/brush.md explains it with pictures.
#pragma once

#include <vector>

#include "image/canvas.hpp"
#include "image/float_picture.hpp"
#include "image/photo.hpp"

namespace nst {

// Returns the sizes at which a picture is painted, from small to large. The first has a shorter
// side of `start`; the last is `size`. The sides grow by equal factors of at least 2, or by a
// smaller factor if there are two sizes only. Returns only `size` if the shorter side is at most
// `start`, or if `start` is 0.
std::vector<Size> brush_sizes(Size size, int start);

// Writes the input of a level's network to `input` [h, w, 3]. The input is the average of the photo
// and an enlarged painting. This painting is `coarse`, from the level before, enlarged to the
// photo's size. Returns the enlarged painting reduced to the means of its cells (gaussian.hpp).
FloatPicture mix_level_input(const FloatPicture& coarse, const Photo& photo, float* input,
                             int threads);

// Replaces the low frequencies of a level's painting by those of the level before: fine +
// blur(coarse − fine), where the blur is a Gaussian of 12 pixels. `coarse_cells` is what
// mix_level_input returned. Without this, the network would flatten the colours of large areas a
// little at each level. With it, large areas keep the colours of the smallest painting.
//
// The last level is clamped to 0..1. Clamping changes the low frequencies again, if many samples
// are near 0 or 1. So the last level's low frequencies are replaced, and its samples clamped,
// twice. Other levels are not clamped.
void restore_low_frequencies(Canvas& fine, const FloatPicture& coarse_cells, bool is_last,
                             int threads);

}  // namespace nst
