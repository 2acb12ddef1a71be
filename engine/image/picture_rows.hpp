// Rows of a picture of any pixel format as interleaved RGB, and its alpha.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "image/view.hpp"

namespace nst {

// Gives the rows of a picture, which it borrows, as RGB: composed on `background`, or without one
// with the alpha dropped. T is the type of the samples.
template <typename T>
class RgbRows {
 public:
  RgbRows(const ImageView& image, std::optional<Colour> background);

  // Returns row y [width][3], valid until the next call. The picture's own memory where it is RGB.
  const T* row(int y);

 private:
  const ImageView image_;
  const std::optional<Colour> background_;
  std::vector<T> ordered_;   // [width][channels]: R, G, B and alpha where it is wanted
  std::vector<T> composed_;  // [width][3]
};

extern template class RgbRows<std::uint8_t>;
extern template class RgbRows<float>;

// True if the rows of `image` are RGB as they lie.
inline bool is_plain_rgb(const ImageView& image) {
  return image.format == PixelFormat::rgb && image.channels == 3;
}

// Returns the alpha of a picture of any format as u8 of one channel, at `size` by `method`. A float
// alpha is rounded. The picture must have alpha.
Image alpha_at(const ImageView& image, Size size, Resize method);

}  // namespace nst
