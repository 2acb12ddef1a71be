#include "image/preprocess.hpp"

#include <algorithm>
#include <array>
#include <cmath>

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

float centred(float sample, const Centring& centring, std::size_t channel) {
  return (sample + centring.offset[channel]) * centring.factor;
}

// Each byte by a table, whatever is done to it.
void convert_bytes(const ImageView& image, float* out, const Centring& centring) {
  std::array<std::array<float, 256>, 3> values;
  for (std::size_t c = 0; c < values.size(); ++c) {
    for (std::size_t v = 0; v < 256; ++v) values[c][v] = centred(unit_of_byte()[v], centring, c);
  }
  for (int y = 0; y < image.height; ++y) {
    const auto* in = view_row<std::uint8_t>(image, y);
    for (int x = 0; x < image.width; ++x, in += image.channels, out += 3) {
      for (std::size_t c = 0; c < values.size(); ++c) out[c] = values[c][in[c]];
    }
  }
}

void convert_floats(const ImageView& image, float* out, const std::string& what,
                    const Centring& centring) {
  // Dense pixels go four at a time, which the compiler takes in vectors.
  constexpr int kPeriod = 12;
  const float factor = centring.factor;
  float offset[kPeriod];
  for (std::size_t i = 0; i < kPeriod; ++i) offset[i] = centring.offset[i % 3];
  for (int y = 0; y < image.height; ++y) {
    const float* in = view_row<float>(image, y);
    check_row(in, image.width, image.channels, y, what);
    int left = image.width;
    for (; image.channels == 3 && left >= 4; left -= 4, in += kPeriod, out += kPeriod) {
      for (int i = 0; i < kPeriod; ++i) out[i] = (in[i] + offset[i]) * factor;
    }
    for (; left > 0; --left, in += image.channels, out += 3) {
      for (int c = 0; c < 3; ++c) out[c] = (in[c] + offset[c]) * factor;
    }
  }
}

// f(pixel) for a pixel of each cell of a grid of at most 32 x 32; where in its cell is left to a
// hash, so that no pattern of the picture can agree with the grid.
template <typename Sample, typename F>
void for_samples(const ImageView& image, F&& f) {
  constexpr int kMostSamples = 32;  // along a side
  const int cell_h = (image.height + kMostSamples - 1) / kMostSamples;
  const int cell_w = (image.width + kMostSamples - 1) / kMostSamples;
  std::uint64_t state = 0;
  for (int top = 0; top < image.height; top += cell_h) {
    for (int left = 0; left < image.width; left += cell_w) {
      // Knuth's linear congruential generator (MMIX); its high bits are the random ones.
      state = state * 6364136223846793005u + 1442695040888963407u;
      const int y = top + static_cast<int>((state >> 48) * static_cast<unsigned>(cell_h) >> 16);
      const int x =
          left + static_cast<int>((state >> 32 & 0xffff) * static_cast<unsigned>(cell_w) >> 16);
      f(view_row<Sample>(image, std::min(y, image.height - 1)) +
        static_cast<std::ptrdiff_t>(std::min(x, image.width - 1)) * image.channels);
    }
  }
}

template <typename Sample, typename ToUnit>
Centring centring_by(const ImageView& image, ToUnit to_unit) {
  // In double: a sum of 1024 equal floats is exact, and so is their mean. Squares are of what
  // differs from the first pixel, which keeps their digits.
  std::array<double, 3> first{};
  std::array<double, 3> sum{};
  std::array<double, 3> squares{};
  int count = 0;
  for_samples<Sample>(image, [&](const Sample* pixel) {
    for (std::size_t c = 0; c < 3; ++c) {
      const auto value = static_cast<double>(to_unit(pixel[c]));
      if (count == 0) first[c] = value;
      sum[c] += value;
      squares[c] += (value - first[c]) * (value - first[c]);
    }
    ++count;
  });
  Centring centring;
  double variance = 0;  // mean of the channels'
  for (std::size_t c = 0; c < 3; ++c) {
    const double mean = sum[c] / count;
    centring.offset[c] = -static_cast<float>(mean);
    variance += (squares[c] / count - (mean - first[c]) * (mean - first[c])) / 3;
  }
  // Photographs' deviation is about a quarter. No factor where nothing varies.
  constexpr double kUsual = 0.25;
  constexpr int kMostDoublings = 16;
  const double deviation = std::sqrt(std::max(variance, 0.0));
  for (int i = 0; i < kMostDoublings && deviation > 0; ++i) {
    if (deviation * static_cast<double>(centring.factor) * 2 > kUsual) break;
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
    convert_bytes(image, out, centring);
  } else {
    convert_floats(image, out, what, centring);
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
