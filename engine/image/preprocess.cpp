#include "image/preprocess.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

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

std::ptrdiff_t row_stride(const ImageView& image) {
  const std::ptrdiff_t sample_bytes = image.type == SampleType::u8 ? 1 : sizeof(float);
  if (image.row_stride_bytes != 0) return image.row_stride_bytes;
  return static_cast<std::ptrdiff_t>(image.width) * image.channels * sample_bytes;
}

template <typename Sample>
const Sample* row(const ImageView& image, int y) {
  const auto* bytes = static_cast<const std::uint8_t*>(image.data) + y * row_stride(image);
  return reinterpret_cast<const Sample*>(bytes);
}

std::uint8_t quantised(float value) {
  // !(v > 0) also catches NaN.
  if (!(value > 0.0f)) return 0;
  return static_cast<std::uint8_t>(std::min(value, 1.0f) * 255.0f + 0.5f);
}

}  // namespace

void check_view(const ImageView& image, const char* what) {
  const auto fail = [&](const std::string& problem) {
    throw Error(ErrorCode::usage, std::string(what) + " picture: " + problem);
  };
  if (!image.data) fail("no pixels given");
  if (image.width <= 0 || image.height <= 0) fail("its sides must be positive");
  if (image.channels != 3 && image.channels != 4) fail("it must have 3 or 4 channels");
  const std::ptrdiff_t sample_bytes = image.type == SampleType::u8 ? 1 : sizeof(float);
  const std::ptrdiff_t dense =
      static_cast<std::ptrdiff_t>(image.width) * image.channels * sample_bytes;
  const std::ptrdiff_t stride = row_stride(image);
  if (std::abs(stride) < dense || stride % sample_bytes != 0) {
    fail("its row stride of " + std::to_string(stride) + " bytes does not fit its width");
  }
}

void to_network_input(const ImageView& image, float* out) {
  const auto convert = [&](auto sample, auto&& to_unit) {
    using Sample = decltype(sample);
    for (int y = 0; y < image.height; ++y) {
      const Sample* in = row<Sample>(image, y);
      for (int x = 0; x < image.width; ++x, in += image.channels, out += 3) {
        for (int c = 0; c < 3; ++c) out[c] = to_unit(in[c]);
      }
    }
  };
  if (image.type == SampleType::u8) {
    const std::array<float, 256>& table = unit_of_byte();
    convert(std::uint8_t{}, [&](std::uint8_t v) { return table[v]; });
  } else {
    convert(float{}, [](float v) { return v; });
  }
}

void copy_out(const ImageView& image, void* data, int width, int height, int channels,
              SampleType type, std::ptrdiff_t row_stride_bytes) {
  const auto convert = [&](auto sample, auto&& from_unit, auto opaque) {
    using Sample = decltype(sample);
    for (int y = 0; y < height; ++y) {
      const float* in = row<float>(image, y);
      auto* out =
          reinterpret_cast<Sample*>(static_cast<std::uint8_t*>(data) + y * row_stride_bytes);
      for (int x = 0; x < width; ++x, in += image.channels, out += channels) {
        for (int c = 0; c < 3; ++c) out[c] = from_unit(in[c]);
        if (channels == 4) out[3] = opaque;
      }
    }
  };
  if (type == SampleType::u8) {
    convert(std::uint8_t{}, quantised, std::uint8_t{255});
  } else {
    convert(
        float{}, [](float v) { return v; }, 1.0f);
  }
}

}  // namespace nst
