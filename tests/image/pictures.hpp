// Fixture files and pseudo-random pictures for the tests of picture formats.
#pragma once

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "image/codec.hpp"
#include "model/pseudo_random.hpp"
#include "platform/file.hpp"

namespace nst::test {

inline std::string image_fixture(const std::string& name) {
  return std::string(NST_FIXTURES) + "/images/" + name;
}

// Returns a picture of pseudo-random samples: u8 of any value, or f32 in [0, 1).
inline Image random_image(int width, int height, int channels, SampleType type,
                          std::uint64_t seed = 3) {
  Image image(width, height, channels, type);
  const PseudoRandom random(seed, "image");
  for (std::size_t i = 0; i < image.sample_count(); ++i) {
    if (type == SampleType::f32) {
      image.f32()[i] = random.unit(i);
    } else {
      image.u8()[i] = static_cast<std::uint8_t>(random.unit(i) * 256.0f);
    }
  }
  return image;
}

inline std::vector<std::uint8_t> file_bytes(const std::string& path) {
  const FileContents file(path, ErrorCode::input);
  return {file.bytes().begin(), file.bytes().end()};
}

// Returns the largest difference between samples of two u8 pictures. Returns -1 if the pictures
// differ in size or channels, or are not u8.
inline int largest_difference(const Image& a, const Image& b) {
  if (a.width != b.width || a.height != b.height || a.channels != b.channels ||
      a.type != SampleType::u8 || b.type != SampleType::u8) {
    return -1;
  }
  int largest = 0;
  for (std::size_t i = 0; i < a.bytes.size(); ++i) {
    largest = std::max(largest, std::abs(int{a.bytes[i]} - int{b.bytes[i]}));
  }
  return largest;
}

}  // namespace nst::test
