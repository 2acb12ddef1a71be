// Access to the rows of a borrowed picture.
#pragma once

#include <cstddef>
#include <cstdint>

#include "nst/nst.hpp"

namespace nst {

// Throws Error{usage} unless the view has pixels of 3 or 4 channels.
void check_view(const ImageView& image);

// Row y; T must be the type of the samples.
template <typename T>
const T* view_row(const ImageView& image, int y) {
  const std::ptrdiff_t dense =
      std::ptrdiff_t{image.width} * image.channels * static_cast<std::ptrdiff_t>(sizeof(T));
  const std::ptrdiff_t stride = image.row_stride_bytes != 0 ? image.row_stride_bytes : dense;
  return reinterpret_cast<const T*>(static_cast<const std::uint8_t*>(image.data) + stride * y);
}

}  // namespace nst
