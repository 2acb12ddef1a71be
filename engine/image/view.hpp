// Gives access to the rows of a borrowed picture.
#pragma once

#include <cstddef>
#include <cstdint>

#include "nst/image.hpp"

namespace nst {

// Throws Error{usage} unless the picture has pixels, and its channels and strides fit its format.
// The message begins with `what`, such as "content picture".
void check_picture(const ImageView& image, const char* what = "picture");
// Checks a view as check_picture does. Also throws Error{usage} unless the picture is interleaved
// RGB or RGBA.
void check_view(const ImageView& image, const char* what = "picture");

inline std::ptrdiff_t sample_bytes(SampleType type) {
  return type == SampleType::u8 ? 1 : static_cast<std::ptrdiff_t>(sizeof(float));
}

inline bool has_alpha(const ImageView& image) { return image.channels % 2 == 0; }

// Returns the number of bytes from one row of a picture to the next.
inline std::ptrdiff_t view_stride(const ImageView& image) {
  if (image.row_stride_bytes != 0) return image.row_stride_bytes;
  const int side_by_side = image.format == PixelFormat::planar ? 1 : image.channels;
  return std::ptrdiff_t{image.width} * side_by_side * sample_bytes(image.type);
}

// Returns the number of bytes from one plane to the next of a planar picture.
inline std::ptrdiff_t plane_stride(const ImageView& image) {
  if (image.plane_stride_bytes != 0) return image.plane_stride_bytes;
  return view_stride(image) * image.height;
}

// Converts a sample of 0..1 to a byte. Values outside 0..1 are clamped, and NaN gives 0. Rounds to
// nearest if `half` is 0.5f, and truncates if `half` is 0.
inline std::uint8_t byte_of_unit(float value, float half) {
  const float level = value * 255.0f + half;
  return static_cast<std::uint8_t>(level > 0.0f ? (level < 255.0f ? level : 255.0f) : 0.0f);
}

// Returns the samples of row y. T must be the sample type of the picture.
template <typename T>
const T* view_row(const ImageView& image, int y) {
  return reinterpret_cast<const T*>(static_cast<const std::uint8_t*>(image.data) +
                                    view_stride(image) * y);
}

}  // namespace nst
