// Conversion of pictures to a network's input tensor, and of a network's output rows to pictures.
#pragma once

#include <optional>
#include <string>

#include "nst/image.hpp"

namespace nst {

// How a picture becomes a network's input.
struct InputOptions {
  Size size;                              // size of the input; a picture of another size is resized
  Resize resize = Resize::smooth;         // method for a picture of another size
  std::optional<Colour> background = {};  // alpha is composed on it; none: alpha is dropped
  std::string what = {};                  // name of the picture for check_samples; "": no check
};

// Writes a picture of any format to out [h, w, 3], dense, in 0..1. u8 is divided by 255 in float32,
// as in TensorFlow; f32 is copied. Makes no copy of a picture that is RGB or keeps its size.
void fill_input(const ImageView& image, const InputOptions& options, float* out);

// Writes a picture to a network's input at the picture's own size. Alpha is dropped, and samples
// are checked (check_samples).
void to_network_input(const ImageView& image, float* out,
                      const std::string& what = "content picture");

// Where a network's output rows go: a picture of the caller, RGB or BGR, u8 (clamped and quantised)
// or f32. The picture may be smaller than the output, which then loses its right and lower edge.
struct OutputRows {
  MutableImageView picture;
  Quantise quantise = Quantise::nearest;
  // An alpha of one channel and at least the picture's size, or null. Without a background it
  // becomes the picture's fourth channel (opaque if null). With a background the colours are
  // composed on it.
  const Image* alpha = nullptr;
  std::optional<Colour> background = {};
};

// Throws Error{usage} unless `picture` can be written: RGB or BGR, 3 or 4 channels, not larger than
// `most`.
void check_target(const MutableImageView& picture, Size most);

// Writes `count` dense RGB rows of `width` pixels, from row `first` on, to their places in `out`.
// Rows beyond the picture are dropped. Several threads may write different rows at the same time.
void write_rows(const OutputRows& out, int first, int count, const float* rows, int width);

}  // namespace nst
