// What is done to a finished painting with the photo beside it: a second painting outside a mask,
// the photo's colours, and plain mixing with the photo.
#pragma once

#include "image/canvas.hpp"
#include "image/network_picture.hpp"
#include "image/photo.hpp"

namespace nst {

// Returns a mask of a picture: its luma (BT.601), without alpha, resized to `size`; u8 with one
// channel.
Image mask_of(const ImageView& picture, Size size, int threads);

// Mixes two paintings in place: where the mask is 255, `inside` stays, where it is 0, it becomes
// `outside`. The three pictures have one size.
void mix_by_mask(Canvas& inside, const Canvas& outside, const Image& mask, int threads);

struct Retouch {
  bool keeps_colour = false;    // the result has the photo's chroma and the painting's luma
  bool matches_luma = false;    // the luma is first brought to the photo's mean and deviation
  float fade = 1.0f;            // share of the painting; the rest is the photo
  const Image* mask = nullptr;  // the painting's share is multiplied by it; null: by 1
};

// Retouches a painting and writes it to a picture of the caller, on up to `threads` threads.
//
// - The photo's chroma with the painting's luma Y is photo + (Y − luma of the photo) in each
//   channel: Cb and Cr of BT.601 are differences to the luma, which this addition leaves alone.
// - A fade of 0 gives exactly the photo.
void write_retouched(const Canvas& painting, const Photo& photo, const Retouch& retouch,
                     const OutputRows& out, int threads);

}  // namespace nst
