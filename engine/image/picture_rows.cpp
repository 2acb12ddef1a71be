#include "image/picture_rows.hpp"

#include <cstddef>
#include <type_traits>

#include "image/alpha.hpp"

namespace nst {
namespace {

// The addresses of a row's samples: channel c of pixel x is first[c][x * step].
template <typename T>
struct Samples {
  const T* first[4];
  int step;
};

template <typename T>
Samples<T> samples_of(const ImageView& image, int y) {
  const T* row = view_row<T>(image, y);
  const int n = image.channels;
  switch (image.format) {
    case PixelFormat::rgb:
      return {{row, row + 1, row + 2, row + 3}, n};
    case PixelFormat::bgr:
      return {{row + 2, row + 1, row, row + 3}, n};
    case PixelFormat::grey:
      return {{row, row, row, row + 1}, n};
    case PixelFormat::planar:
      break;
  }
  const std::ptrdiff_t plane = plane_stride(image) / static_cast<std::ptrdiff_t>(sizeof(T));
  return {{row, row + plane, row + 2 * plane, row + 3 * plane}, 1};
}

template <typename T>
void put_in_order(const Samples<T>& from, int width, int channels, T* out) {
  for (int c = 0; c < channels; ++c) {
    const T* sample = from.first[c];
    T* to = out + c;
    for (int x = 0; x < width; ++x, sample += from.step, to += channels) *to = *sample;
  }
}

}  // namespace

template <typename T>
RgbRows<T>::RgbRows(const ImageView& image, std::optional<Colour> background)
    : image_(image), background_(has_alpha(image) ? background : std::nullopt) {
  const auto width = static_cast<std::size_t>(image.width);
  const bool rgba = image.format == PixelFormat::rgb && image.channels == 4;
  if (!is_plain_rgb(image_) && !(rgba && background_))
    ordered_.resize((background_ ? 4 : 3) * width);
  if (background_) composed_.resize(3 * width);
}

template <typename T>
const T* RgbRows<T>::row(int y) {
  const T* row = view_row<T>(image_, y);
  if (!ordered_.empty()) {
    put_in_order(samples_of<T>(image_, y), image_.width, background_ ? 4 : 3, ordered_.data());
    row = ordered_.data();
  }
  if (!background_) return row;
  compose_row(row, image_.width, *background_, composed_.data());
  return composed_.data();
}

template class RgbRows<std::uint8_t>;
template class RgbRows<float>;

Image interleaved(const ImageView& image) {
  Image out(image.width, image.height, has_alpha(image) ? 4 : 3, image.type);
  const auto fill = [&](auto* to) {
    using T = std::remove_pointer_t<decltype(to)>;
    for (int y = 0; y < image.height; ++y, to += std::ptrdiff_t{out.width} * out.channels) {
      put_in_order(samples_of<T>(image, y), out.width, out.channels, to);
    }
  };
  if (image.type == SampleType::u8) {
    fill(out.u8());
  } else {
    fill(out.f32());
  }
  return out;
}

Image alpha_plane(const ImageView& image) {
  Image alpha(image.width, image.height, 1, SampleType::u8);
  std::uint8_t* out = alpha.u8();
  for (int y = 0; y < image.height; ++y) {
    if (image.type == SampleType::u8) {
      const Samples<std::uint8_t> from = samples_of<std::uint8_t>(image, y);
      for (int x = 0; x < image.width; ++x) *out++ = from.first[3][x * from.step];
    } else {
      const Samples<float> from = samples_of<float>(image, y);
      for (int x = 0; x < image.width; ++x) {
        *out++ = byte_of_unit(from.first[3][x * from.step], 0.5f);
      }
    }
  }
  return alpha;
}

}  // namespace nst
