#include "image/network_picture.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <type_traits>

#include "image/alpha.hpp"
#include "image/picture_rows.hpp"
#include "image/resize.hpp"
#include "image/samples.hpp"
#include "image/view.hpp"
#include "nst/error.hpp"

namespace nst {
namespace {

// Returns a table of x / 255 for every byte x, divided in float32.
const std::array<float, 256>& unit_of_byte() {
  static const std::array<float, 256> table = [] {
    std::array<float, 256> t{};
    for (std::size_t i = 0; i < t.size(); ++i) t[i] = static_cast<float>(i) / 255.0f;
    return t;
  }();
  return table;
}

}  // namespace

void units_of_bytes(const std::uint8_t* bytes, int count, float* out) {
  const std::array<float, 256>& table = unit_of_byte();
  for (int i = 0; i < count; ++i) out[i] = table[bytes[i]];
}

namespace {

template <typename T>
void fill_same_size(const ImageView& image, const InputOptions& options, float* out) {
  RgbRows<T> rows(image, options.background);
  const std::ptrdiff_t samples = std::ptrdiff_t{3} * image.width;
  for (int y = 0; y < image.height; ++y, out += samples) {
    const T* row = rows.row(y);
    if constexpr (std::is_same_v<T, float>) {
      if (!options.what.empty()) check_row(row, image.width, 3, y, options.what);
      std::copy_n(row, samples, out);
    } else {
      units_of_bytes(row, static_cast<int>(samples), out);
    }
  }
}

// Returns a copy of the picture as interleaved RGB. Alpha is composed on `background`, or dropped
// if there is none.
template <typename T>
Image rgb_copy(const ImageView& image, std::optional<Colour> background) {
  Image copy(image.width, image.height, 3, image.type);
  RgbRows<T> rows(image, background);
  const std::size_t row_bytes = std::size_t{3} * sizeof(T) * static_cast<std::size_t>(image.width);
  for (int y = 0; y < image.height; ++y) {
    std::memcpy(copy.bytes.data() + row_bytes * static_cast<std::size_t>(y), rows.row(y),
                row_bytes);
  }
  return copy;
}

}  // namespace

Image without_alpha(const ImageView& image) {
  return image.type == SampleType::u8 ? rgb_copy<std::uint8_t>(image, std::nullopt)
                                      : rgb_copy<float>(image, std::nullopt);
}

namespace {

// A row that gets alpha or is composed on a background is written in parts of this many pixels. The
// colours of each part are first converted to bytes in a small buffer.
constexpr int kPixels = 256;

void bytes_of_units(const float* from, int count, float half, std::uint8_t* to) {
  for (int i = 0; i < count; ++i) to[i] = byte_of_unit(from[i], half);
}

void swap_red_and_blue(std::uint8_t* pixels, int count, int channels) {
  for (int x = 0; x < count; ++x, pixels += channels) std::swap(pixels[0], pixels[2]);
}

void write_row_u8(const OutputRows& out, const float* row, const std::uint8_t* alpha,
                  std::uint8_t* to) {
  const MutableImageView& picture = out.picture;
  const float half = out.quantise == Quantise::nearest ? 0.5f : 0.0f;
  const bool composes = alpha != nullptr && out.background.has_value();
  if (picture.channels == 3 && !composes) {
    bytes_of_units(row, 3 * picture.width, half, to);
  } else {
    std::uint8_t rgb[3 * kPixels];
    std::uint8_t rgba[4 * kPixels];
    for (int x = 0; x < picture.width; x += kPixels) {
      const int n = std::min(kPixels, picture.width - x);
      bytes_of_units(row + 3 * x, 3 * n, half, rgb);
      std::uint8_t* joined = picture.channels == 4 && !composes ? to + 4 * x : rgba;
      for (int i = 0; i < n; ++i) {
        std::memcpy(joined + 4 * i, rgb + 3 * i, 3);
        joined[4 * i + 3] = alpha != nullptr ? alpha[x + i] : 255;
      }
      if (!composes) continue;
      compose_row(joined, n, *out.background, rgb);
      for (int i = 0; i < n; ++i) {
        std::uint8_t* pixel = to + std::ptrdiff_t{picture.channels} * (x + i);
        std::memcpy(pixel, rgb + 3 * i, 3);
        if (picture.channels == 4) pixel[3] = 255;
      }
    }
  }
  if (picture.format == PixelFormat::bgr) swap_red_and_blue(to, picture.width, picture.channels);
}

void write_row_f32(const OutputRows& out, const float* row, const std::uint8_t* alpha, float* to) {
  const MutableImageView& picture = out.picture;
  const bool bgr = picture.format == PixelFormat::bgr;
  for (int x = 0; x < picture.width; ++x, row += 3, to += picture.channels) {
    const float a = alpha != nullptr ? unit_of_byte()[alpha[x]] : 1.0f;
    float rgba[4] = {row[0], row[1], row[2], a};
    if (alpha != nullptr && out.background) compose_row(rgba, 1, *out.background, rgba);
    to[0] = rgba[bgr ? 2 : 0];
    to[1] = rgba[1];
    to[2] = rgba[bgr ? 0 : 2];
    if (picture.channels == 4) to[3] = out.background ? 1.0f : a;
  }
}

}  // namespace

void fill_input(const ImageView& image, const InputOptions& options, float* out) {
  const bool bytes = image.type == SampleType::u8;
  if (options.size == Size{image.width, image.height}) {
    if (bytes) {
      fill_same_size<std::uint8_t>(image, options, out);
    } else {
      fill_same_size<float>(image, options, out);
    }
    return;
  }
  if (!options.what.empty()) check_samples(image, options.what);
  // If the picture is not RGB, or if its alpha must be composed, makes an RGB copy and resizes
  // that. The resize reads most rows several times, and converting a row at each reading would cost
  // more than the copy.
  const bool composes = has_alpha(image) && options.background.has_value();
  if (image.format == PixelFormat::rgb && !composes) {
    return resize_into(image, options.size, options.resize, out, options.threads);
  }
  const Image rgb = bytes ? rgb_copy<std::uint8_t>(image, options.background)
                          : rgb_copy<float>(image, options.background);
  resize_into(rgb.view(), options.size, options.resize, out, options.threads);
}

void to_network_input(const ImageView& image, float* out, const std::string& what) {
  fill_input(image, {{image.width, image.height}, Resize::smooth, std::nullopt, what}, out);
}

void check_target(const MutableImageView& picture, Size most) {
  const char* const what = "output picture";
  check_picture({picture.data, picture.width, picture.height, picture.channels, picture.type,
                 picture.row_stride_bytes, picture.format},
                what);
  if (picture.format != PixelFormat::rgb && picture.format != PixelFormat::bgr) {
    throw Error(ErrorCode::usage, std::string(what) + ": it must be RGB or BGR");
  }
  if (picture.width > most.width || picture.height > most.height) {
    throw Error(ErrorCode::usage, std::string(what) + ": it is larger than the painted one, " +
                                      std::to_string(most.width) + "x" +
                                      std::to_string(most.height));
  }
}

void write_rows(const OutputRows& out, int first, int count, const float* rows, int width) {
  const MutableImageView& picture = out.picture;
  std::ptrdiff_t stride = picture.row_stride_bytes;
  if (stride == 0)
    stride = std::ptrdiff_t{picture.width} * picture.channels * sample_bytes(picture.type);
  const int end = std::min(first + count, picture.height);
  for (int y = first; y < end; ++y, rows += std::ptrdiff_t{3} * width) {
    auto* to = static_cast<std::uint8_t*>(picture.data) + stride * y;
    const std::uint8_t* alpha =
        out.alpha != nullptr ? out.alpha->u8() + std::ptrdiff_t{out.alpha->width} * y : nullptr;
    if (picture.type == SampleType::u8) {
      write_row_u8(out, rows, alpha, to);
    } else {
      write_row_f32(out, rows, alpha, reinterpret_cast<float*>(to));
    }
  }
}

}  // namespace nst
