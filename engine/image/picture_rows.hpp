// Gives access to the rows of a picture of any pixel format as interleaved RGB, and to its alpha.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "image/view.hpp"

namespace nst {

// Converts the rows of a borrowed picture to RGB. Alpha is composed on `background`, or dropped if
// there is none. T is the sample type.
template <typename T>
class RgbRows {
 public:
  RgbRows(const ImageView& image, std::optional<Colour> background);

  // Returns row y as samples [width][3], valid until the next call. For an RGB picture, returns the
  // address of the row in the picture itself.
  const T* row(int y);

 private:
  const ImageView image_;
  const std::optional<Colour> background_;
  std::vector<T> ordered_;   // a row [width][channels]: R, G, B, then alpha if there is one
  std::vector<T> composed_;  // a row [width][3], after alpha is composed on background_
};

extern template class RgbRows<std::uint8_t>;
extern template class RgbRows<float>;

// Returns true if the rows of `image` are interleaved RGB already, so that they need no conversion.
inline bool is_plain_rgb(const ImageView& image) {
  return image.format == PixelFormat::rgb && image.channels == 3;
}

// Returns a copy of a picture of any format as interleaved RGB or RGBA of the same sample type.
Image interleaved(const ImageView& image);

// Returns a copy of a picture of any format as RGB of the same sample type. Alpha is dropped.
Image without_alpha(const ImageView& image);

// Returns the alpha of a picture as a u8 picture with one channel, resized to `size` by `method`.
// Float alpha is rounded. The picture may have any format with alpha.
Image alpha_at(const ImageView& image, Size size, Resize method);

}  // namespace nst
