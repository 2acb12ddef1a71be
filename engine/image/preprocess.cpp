#include "image/preprocess.hpp"

#include <algorithm>
#include <array>
#include <cmath>
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
void convert_in(const ImageView& image, float* out, const std::string& what, Centring centring,
                ToUnit to_unit) {
  for (int y = 0; y < image.height; ++y) {
    const Sample* in = view_row<Sample>(image, y);
    if constexpr (std::is_same_v<Sample, float>) {
      check_row(in, image.width, image.channels, y, what);
    }
    for (int x = 0; x < image.width; ++x, in += image.channels, out += 3) {
      for (std::size_t c = 0; c < 3; ++c) {
        out[c] = (to_unit(in[c]) + centring.offset[c]) * centring.factor;
      }
    }
  }
}

// f(pixel) for a pixel of each cell of a grid of at most 64 x 64; where in its cell is left to a
// hash, so that no pattern of the picture can agree with the grid.
template <typename Sample, typename F>
void for_samples(const ImageView& image, F&& f) {
  constexpr int kMostSamples = 64;  // along a side
  const int cell_h = (image.height + kMostSamples - 1) / kMostSamples;
  const int cell_w = (image.width + kMostSamples - 1) / kMostSamples;
  std::uint32_t state = 0;
  for (int top = 0; top < image.height; top += cell_h) {
    for (int left = 0; left < image.width; left += cell_w) {
      state = state * 1664525u + 1013904223u;  // Knuth's linear congruential generator
      const int y = std::min(top + static_cast<int>((state >> 24) % static_cast<unsigned>(cell_h)),
                             image.height - 1);
      const int x =
          std::min(left + static_cast<int>((state >> 8 & 0xffff) % static_cast<unsigned>(cell_w)),
                   image.width - 1);
      f(view_row<Sample>(image, y) + static_cast<std::ptrdiff_t>(x) * image.channels);
    }
  }
}

template <typename Sample, typename ToUnit>
Centring centring_by(const ImageView& image, ToUnit to_unit) {
  // A sum of 4096 equal floats has no more than the digits of a double: their mean is exact.
  std::array<double, 3> sum{};
  int count = 0;
  for_samples<Sample>(image, [&](const Sample* pixel) {
    for (std::size_t c = 0; c < 3; ++c) sum[c] += static_cast<double>(to_unit(pixel[c]));
    ++count;
  });
  Centring centring;
  for (std::size_t c = 0; c < 3; ++c) centring.offset[c] = -static_cast<float>(sum[c] / count);

  double squares = 0;
  for_samples<Sample>(image, [&](const Sample* pixel) {
    for (std::size_t c = 0; c < 3; ++c) {
      const double deviation = static_cast<double>(to_unit(pixel[c]) + centring.offset[c]);
      squares += deviation * deviation;
    }
  });
  // Photographs' is about a quarter. No factor where nothing varies.
  constexpr double kUsual = 0.25;
  constexpr int kMostDoublings = 16;
  const double deviation = std::sqrt(squares / (3.0 * count));
  for (int i = 0; i < kMostDoublings && deviation > 0; ++i) {
    if (deviation * centring.factor * 2 > kUsual) break;
    centring.factor *= 2;
  }
  return centring;
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
                      const Centring& centring) {
  if (image.type == SampleType::u8) {
    const std::array<float, 256>& table = unit_of_byte();
    convert_in<std::uint8_t>(image, out, what, centring, [&](std::uint8_t v) { return table[v]; });
  } else {
    convert_in<float>(image, out, what, centring, [](float v) { return v; });
  }
}

Centring centring_of(const ImageView& image) {
  if (image.type == SampleType::u8) {
    const std::array<float, 256>& table = unit_of_byte();
    return centring_by<std::uint8_t>(image, [&](std::uint8_t v) { return table[v]; });
  }
  return centring_by<float>(image, [](float v) { return v; });
}

void copy_out(const ImageView& image, const MutableImageView& out) {
  if (out.type == SampleType::u8) {
    convert_out<std::uint8_t>(image, out, [](float v) { return byte_of_unit(v, 0.5f); });
  } else {
    convert_out<float>(image, out, [](float v) { return v; });
  }
}

}  // namespace nst
