// From a caller's picture to the networks' input.
#pragma once

#include <array>
#include <string>

#include "nst/nst.hpp"

namespace nst {

// What is done to a network's input: (sample + offset) · factor.
struct Centring {
  std::array<float, 3> offset{};
  float factor = 1;
};

// Writes RGB in [0, 1] to out [h, w, 3], dense: u8 divided by 255 in float32 as TensorFlow does,
// f32 copied, then centred; alpha dropped. Throws Error{input} "<what>: …" for floats that
// check_samples refuses.
void to_network_input(const ImageView& image, float* out, const std::string& what,
                      const Centring& centring = {});

// For deviations that are small against nothing: takes away about the mean colour, of a flat
// picture its colour exactly, and multiplies faint pictures with a power of two that brings their
// standard deviation to those of photographs. By a sample of the pixels.
Centring centring_of(const ImageView& image);

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
