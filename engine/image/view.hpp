// Access to the rows of a borrowed picture.
#pragma once

#include <cstddef>
#include <cstdint>

#include "nst/image.hpp"

namespace nst {

// Throws Error{usage} unless the view has pixels and strides that fit its format; `what` ("content
// picture") names it in the message.
void check_picture(const ImageView& image, const char* what = "picture");
// The same for functions that take interleaved RGB or RGBA alone.
void check_view(const ImageView& image, const char* what = "picture");

inline std::ptrdiff_t sample_bytes(SampleType type) {
  return type == SampleType::u8 ? 1 : static_cast<std::ptrdiff_t>(sizeof(float));
}

inline bool has_alpha(const ImageView& image) { return image.channels % 2 == 0; }

// Bytes from row to row.
inline std::ptrdiff_t view_stride(const ImageView& image) {
  if (image.row_stride_bytes != 0) return image.row_stride_bytes;
  const int side_by_side = image.format == PixelFormat::planar ? 1 : image.channels;
  return std::ptrdiff_t{image.width} * side_by_side * sample_bytes(image.type);
}

// Bytes from plane to plane of a planar picture.
inline std::ptrdiff_t plane_stride(const ImageView& image) {
  if (image.plane_stride_bytes != 0) return image.plane_stride_bytes;
  return view_stride(image) * image.height;
}

// A sample in 0..1 as a byte: clamped, NaN as 0; half = 0.5f rounds to nearest, 0 truncates.
inline std::uint8_t byte_of_unit(float value, float half) {
  const float level = value * 255.0f + half;
  return static_cast<std::uint8_t>(level > 0.0f ? (level < 255.0f ? level : 255.0f) : 0.0f);
}

// Row y; T must be the type of the samples.
template <typename T>
const T* view_row(const ImageView& image, int y) {
  return reinterpret_cast<const T*>(static_cast<const std::uint8_t*>(image.data) +
                                    view_stride(image) * y);
}

}  // namespace nst
