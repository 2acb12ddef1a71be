// Reads the samples that decoding a fixture picture must give.
#pragma once

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "image/pictures.hpp"

namespace nst::test {

// Returns the picture to which the fixture must decode, read from NAME.ppm and, for alpha,
// NAME.pgm. This function reads these files itself, without the tested codecs.
inline Image expected(const std::string& name) {
  const auto load = [](const std::string& path, int channels, Image& out, int to_channel) {
    const std::vector<std::uint8_t> file = file_bytes(path);
    int width = 0, height = 0;
    const std::string text(file.begin(), file.begin() + std::min<std::ptrdiff_t>(20, file.size()));
    REQUIRE(std::sscanf(text.c_str() + 2, "%d %d", &width, &height) == 2);
    if (out.bytes.empty()) out = Image(width, height, 4, SampleType::u8);
    const std::size_t pixels = out.sample_count() / 4;
    const std::uint8_t* from = file.data() + file.size() - pixels * channels;
    for (std::size_t i = 0; i < pixels; ++i) {
      std::memcpy(out.u8() + 4 * i + to_channel, from + channels * i, channels);
    }
  };
  Image rgba;
  load(image_fixture(name) + ".ppm", 3, rgba, 0);
  if (std::filesystem::exists(image_fixture(name) + ".pgm")) {
    load(image_fixture(name) + ".pgm", 1, rgba, 3);
    return rgba;
  }
  Image rgb(rgba.width, rgba.height, 3, SampleType::u8);
  for (std::size_t i = 0; i < rgb.sample_count() / 3; ++i) {
    std::memcpy(rgb.u8() + 3 * i, rgba.u8() + 4 * i, 3);
  }
  return rgb;
}

}  // namespace nst::test
