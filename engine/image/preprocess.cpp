#include "image/preprocess.hpp"

#include <algorithm>
#include <array>
#include <type_traits>

#include "image/samples.hpp"
#include "image/view.hpp"

namespace nst {
namespace {

// x / 255 for every byte, rounded as float32 division rounds.
const std::array<float, 256>& unit_of_byte() {
  static const std::array<float, 256> table = [] {
    std::array<float, 256> t{};
    for (std::size_t i = 0; i < t.size(); ++i) t[i] = static_cast<float>(i) / 255.0f;
    return t;
  }();
  return table;
}

template <typename Sample, typename ToUnit>
void convert_in(const ImageView& image, float* out, const std::string& what, Rgb offset,
                ToUnit to_unit) {
  for (int y = 0; y < image.height; ++y) {
    const Sample* in = view_row<Sample>(image, y);
    if constexpr (std::is_same_v<Sample, float>) {
      check_row(in, image.width, image.channels, y, what);
    }
    for (int x = 0; x < image.width; ++x, in += image.channels, out += 3) {
      for (int c = 0; c < 3; ++c) out[c] = to_unit(in[c]) + offset[static_cast<std::size_t>(c)];
    }
  }
}

template <typename Sample, typename ToUnit>
Rgb mean_of_grid(const ImageView& image, ToUnit to_unit) {
  constexpr int kMostSamples = 64;  // along a side
  // A sum of 4096 equal floats has no more than the digits of a double.
  std::array<double, 3> sum{};
  const int step_y = (image.height + kMostSamples - 1) / kMostSamples;
  const int step_x = (image.width + kMostSamples - 1) / kMostSamples;
  int count = 0;
  for (int y = step_y / 2; y < image.height; y += step_y) {
    const Sample* row = view_row<Sample>(image, y);
    for (int x = step_x / 2; x < image.width; x += step_x, ++count) {
      const Sample* pixel = row + static_cast<std::ptrdiff_t>(x) * image.channels;
      for (std::size_t c = 0; c < 3; ++c) sum[c] += static_cast<double>(to_unit(pixel[c]));
    }
  }
  Rgb mean;
  for (std::size_t c = 0; c < 3; ++c) mean[c] = static_cast<float>(sum[c] / count);
  return mean;
}

template <typename Sample, typename FromUnit>
void convert_out(const ImageView& image, const MutableImageView& out, FromUnit from_unit) {
  for (int y = 0; y < out.height; ++y) {
    const float* in = view_row<float>(image, y);
    auto* to =
        reinterpret_cast<Sample*>(static_cast<std::uint8_t*>(out.data) + y * out.row_stride_bytes);
    for (int x = 0; x < out.width; ++x, in += image.channels, to += out.channels) {
      for (int c = 0; c < 3; ++c) to[c] = from_unit(in[c]);
      if (out.channels == 4) to[3] = from_unit(1.0f);
    }
  }
}

}  // namespace

void to_network_input(const ImageView& image, float* out, const std::string& what,
                      const Rgb& offset) {
  if (image.type == SampleType::u8) {
    const std::array<float, 256>& table = unit_of_byte();
    convert_in<std::uint8_t>(image, out, what, offset, [&](std::uint8_t v) { return table[v]; });
  } else {
    convert_in<float>(image, out, what, offset, [](float v) { return v; });
  }
}

Rgb sampled_mean(const ImageView& image) {
  if (image.type == SampleType::u8) {
    const std::array<float, 256>& table = unit_of_byte();
    return mean_of_grid<std::uint8_t>(image, [&](std::uint8_t v) { return table[v]; });
  }
  return mean_of_grid<float>(image, [](float v) { return v; });
}

void copy_out(const ImageView& image, const MutableImageView& out) {
  if (out.type == SampleType::u8) {
    convert_out<std::uint8_t>(image, out, [](float v) { return byte_of_unit(v, 0.5f); });
  } else {
    convert_out<float>(image, out, [](float v) { return v; });
  }
}

}  // namespace nst
