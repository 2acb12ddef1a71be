// From a caller's picture to the networks' input.
#pragma once

#include <string>

#include "nst/image.hpp"

namespace nst {

// Writes RGB in [0, 1] to out [h, w, 3], dense: u8 divided by 255 in float32 as TensorFlow does,
// f32 copied; alpha dropped. Throws Error{input} "<what>: …" for floats that check_samples refuses.
void to_network_input(const ImageView& image, float* out,
                      const std::string& what = "content picture");

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
