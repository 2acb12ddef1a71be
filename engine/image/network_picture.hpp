// Converts pictures to a network's input tensor, and a network's output rows to pictures.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "nst/image.hpp"

namespace nst {

// Options for converting a picture to a network's input.
struct InputOptions {
  Size size;                              // size of the input; a picture of another size is resized
  Resize resize = Resize::smooth;         // method that resizes a picture of another size
  std::optional<Colour> background = {};  // colour under transparent pixels; none: alpha is dropped
  // The picture's name in error messages of check_samples. If empty, the samples are not checked.
  std::string what = {};
  int threads = 1;  // number of threads that resize the picture
};

// Writes the values byte / 255, divided in float32, of `count` bytes to `out`.
void units_of_bytes(const std::uint8_t* bytes, int count, float* out);

// Writes a picture of any format to out [h, w, 3], without gaps, in 0..1. u8 samples are divided by
// 255 in float32, as in TensorFlow; f32 samples are copied. Makes a temporary copy only if the
// picture must be resized, and is not RGB or has alpha that must be composed.
void fill_input(const ImageView& image, const InputOptions& options, float* out);

// Writes a picture to a network's input without resizing it. Drops alpha and checks the samples
// (check_samples).
void to_network_input(const ImageView& image, float* out,
                      const std::string& what = "content picture");

// The destination of a network's output rows: a picture of the caller, RGB or BGR, u8 (clamped and
// quantised) or f32. If the picture is smaller than the output, the output's right and lower edges
// are dropped.
struct OutputRows {
  MutableImageView picture;
  Quantise quantise = Quantise::nearest;
  // The content's alpha: a picture of one channel, at least as large as `picture`, or null. Without
  // a background, this alpha becomes the fourth channel of `picture`; null means opaque. With a
  // background, the colours are composed on it with this alpha.
  const Image* alpha = nullptr;
  std::optional<Colour> background = {};
};

// Throws Error{usage} unless `picture` can receive an output: RGB or BGR, 3 or 4 channels, not
// larger than `most`.
void check_target(const MutableImageView& picture, Size most);

// Writes `count` RGB rows of `width` pixels, without gaps, to the picture of `out`, beginning at
// row `first`. Rows below the picture are dropped. Several threads may write different rows at the
// same time.
void write_rows(const OutputRows& out, int first, int count, const float* rows, int width);

}  // namespace nst
