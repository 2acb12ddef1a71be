// Access to the rows of a picture of any pixel format as interleaved RGB, and to its alpha.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "image/view.hpp"

namespace nst {

// Returns the rows of a borrowed picture as RGB, composed on `background`, or with alpha dropped if
// there is no background. T is the sample type.
template <typename T>
class RgbRows {
 public:
  RgbRows(const ImageView& image, std::optional<Colour> background);

  // Returns row y [width][3], valid until the next call. For an RGB picture this is its own memory.
  const T* row(int y);

 private:
  const ImageView image_;
  const std::optional<Colour> background_;
  std::vector<T> ordered_;   // samples [width][channels]: R, G, B, and alpha if needed
  std::vector<T> composed_;  // samples [width][3] after composing
};

extern template class RgbRows<std::uint8_t>;
extern template class RgbRows<float>;

// Returns true if the rows of `image` in memory are already RGB.
inline bool is_plain_rgb(const ImageView& image) {
  return image.format == PixelFormat::rgb && image.channels == 3;
}

// Returns the alpha of a picture as u8, one channel, resized to `size` by `method`. Float alpha is
// rounded. The picture may have any format with alpha.
Image alpha_at(const ImageView& image, Size size, Resize method);

}  // namespace nst
