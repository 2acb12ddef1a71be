// From a caller's picture to the networks' input.
#pragma once

#include "nst/nst.hpp"

namespace nst {

// Writes RGB in [0, 1] to out [h, w, 3], dense: u8 divided by 255 in float32 as TensorFlow does,
// f32 copied; alpha dropped.
void to_network_input(const ImageView& image, float* out);

// Writes the top left of `image` (f32 RGB) to the caller's pixels described by `out`, RGB or RGBA
// (alpha opaque), f32 or u8 (clamped, rounded to nearest). `out` may not be larger than the image.
struct MutableImageView {
  void* data;
  int width, height, channels;
  SampleType type;
  std::ptrdiff_t row_stride_bytes;  // not 0
};
void copy_out(const ImageView& image, const MutableImageView& out);

}  // namespace nst
