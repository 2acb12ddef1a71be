// From a caller's picture to the networks' input.
#pragma once

#include "nst/nst.hpp"

namespace nst {

// Checks sides, channels, stride and pointer. Throws Error{usage} with `what` ("content", "style")
// in the message.
void check_view(const ImageView& image, const char* what);

// Writes RGB in [0, 1] to out [h, w, 3], dense: u8 divided by 255 in float32 as TensorFlow does,
// f32 copied; alpha dropped.
void to_network_input(const ImageView& image, float* out);

// Writes the top left of `image` (f32 RGB) into caller's memory of any type and stride, RGB or RGBA
// (alpha opaque). u8 is clamped and rounded to nearest. `out` may not be larger than the image.
void copy_out(const ImageView& image, void* data, int width, int height, int channels,
              SampleType type, std::ptrdiff_t row_stride_bytes);

}  // namespace nst
