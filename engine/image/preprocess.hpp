// From a caller's picture to the networks' input.
#pragma once

#include <array>
#include <string>

#include "nst/nst.hpp"

namespace nst {

using Rgb = std::array<float, 3>;

// Writes RGB in [0, 1] to out [h, w, 3], dense: u8 divided by 255 in float32 as TensorFlow does,
// f32 copied; alpha dropped. `offset` is added to every pixel. Throws Error{input} "<what>: …" for
// floats that check_samples refuses.
void to_network_input(const ImageView& image, float* out,
                      const std::string& what = "content picture", const Rgb& offset = {});

// The mean RGB of a grid of at most 64 x 64 pixels of the picture, in [0, 1]. Of a flat picture its
// colour, exactly.
Rgb sampled_mean(const ImageView& image);

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
