// Changes a finished painting: mixes it with a second painting by a mask, gives it the photo's
// colours, or mixes it with the photo.
#pragma once

#include "image/canvas.hpp"
#include "image/network_picture.hpp"
#include "image/photo.hpp"

namespace nst {

// Returns the luma (BT.601) of a picture as a mask: resized to `size`, u8, with one channel. Alpha
// is ignored.
Image mask_of(const ImageView& picture, Size size, int threads);

// Mixes `outside` into `inside`. `inside` stays as it is where the mask is 255, and is replaced by
// `outside` where the mask is 0. All three pictures have the same size.
void mix_by_mask(Canvas& inside, const Canvas& outside, const Image& mask, int threads);

struct Retouch {
  bool keeps_colour = false;  // true: the result gets the photo's chroma
  // True if the painting's luma gets the mean and the standard deviation of the photo's luma.
  bool matches_luma = false;
  float fade = 1.0f;            // the painting's share, 0 to 1; the photo has the rest
  const Image* mask = nullptr;  // u8 mask that reduces the painting's share; null: no mask
};

// Retouches a painting and writes it to a picture of the caller, on up to `threads` threads.
//
// - With keeps_colour, each channel of the result is photo + (luma of the painting − luma of the
//   photo). This gives the painting's luma and leaves the photo's chroma unchanged, because Cb and
//   Cr of BT.601 depend only on differences between a channel and the luma.
// - A fade of 0 gives exactly the photo.
void write_retouched(const Canvas& painting, const Photo& photo, const Retouch& retouch,
                     const OutputRows& out, int threads);

}  // namespace nst
