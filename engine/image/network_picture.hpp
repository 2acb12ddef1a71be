// Pictures as the networks take and give them: into their input, out of their rows.
#pragma once

#include <optional>
#include <string>

#include "nst/image.hpp"

namespace nst {

// How a picture becomes a network's input.
struct InputOptions {
  Size size;                       // of the input; the picture is resized where it has another
  Resize resize = Resize::smooth;  // how
  std::optional<Colour> background = {};  // what alpha is composed on; without one it is dropped
  std::string what = {};                  // check_samples is made under this name; "": not made
};

// Writes a picture of any format to out [h, w, 3] in 0..1, dense: u8 divided by 255 in float32 as
// TensorFlow does, f32 copied. No copy of the picture is made where it is RGB or keeps its size.
void fill_input(const ImageView& image, const InputOptions& options, float* out);

// fill_input with check_samples, at the picture's own size and with the alpha dropped.
void to_network_input(const ImageView& image, float* out,
                      const std::string& what = "content picture");

// Where a network's rows go: pixels of the caller's, which may be fewer than the network's (its
// right and lower edge are left out), RGB or BGR; u8 clamped and quantised, f32 as they are.
struct OutputRows {
  MutableImageView picture;
  Quantise quantise = Quantise::nearest;
  // Of one channel and at least the picture's size, or null: the fourth channel of the picture,
  // opaque without it; or, with a background, what the colours are composed on it by.
  const Image* alpha = nullptr;
  std::optional<Colour> background = {};
};

// Throws Error{usage} unless `picture` can be written: RGB or BGR, 3 or 4 channels, at most `most`.
void check_target(const MutableImageView& picture, Size most);

// Writes `count` rows from row `first` on, dense RGB of `width` pixels, to where they go. Rows
// beyond the picture are left out. Different rows may be written by different threads at once.
void write_rows(const OutputRows& out, int first, int count, const float* rows, int width);

}  // namespace nst
