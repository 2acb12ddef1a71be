// The functions of profile.hpp that do not need lcms2.
#include "image/profile.hpp"

namespace nst::codec {

void convert_to_srgb(Image& image, const SrgbConversion& conversion) {
  if (!conversion) return;
  const std::size_t row_bytes =
      static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.channels);
  for (int y = 0; y < image.height; ++y) {
    std::uint8_t* row = image.u8() + row_bytes * static_cast<std::size_t>(y);
    conversion.convert(row, row, static_cast<std::size_t>(image.width));
  }
}

}  // namespace nst::codec
