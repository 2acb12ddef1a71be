// Builds picture files byte by byte. So tests can have files as they are written by any program,
// such as files with unusual or missing parts.
#pragma once

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/expect_error.hpp"
#include "image/codec.hpp"
#include "image/pictures.hpp"

namespace nst::test {

// A file under construction. Each function appends bytes and returns the file.
struct FileBytes {
  std::vector<std::uint8_t> bytes = {};

  FileBytes& u8(std::uint64_t value) { return little(value, 1); }
  FileBytes& u16(std::uint64_t value) { return little(value, 2); }
  FileBytes& u32(std::uint64_t value) { return little(value, 4); }
  FileBytes& i32(std::int64_t value) { return little(static_cast<std::uint64_t>(value), 4); }
  FileBytes& be32(std::uint64_t value) {
    for (int shift = 24; shift >= 0; shift -= 8) u8(value >> shift);
    return *this;
  }
  FileBytes& text(const std::string& t) { return append(t.data(), t.size()); }
  FileBytes& add(const std::vector<std::uint8_t>& more) { return append(more.data(), more.size()); }
  FileBytes& zeros(std::size_t count);

 private:
  FileBytes& append(const void* data, std::size_t size);
  FileBytes& little(std::uint64_t value, std::size_t size);
};

// Returns `count` pseudo-random palette indices from 0 to `top`.
inline std::vector<std::uint8_t> random_indices(int count, unsigned top, std::uint64_t seed = 5) {
  const PseudoRandom random(seed, "indices");
  std::vector<std::uint8_t> indices(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < indices.size(); ++i) {
    indices[i] = static_cast<std::uint8_t>(random.unit(i) * static_cast<float>(top + 1));
  }
  return indices;
}

// Returns a palette of 256 different colours, as RGB.
inline std::vector<std::uint8_t> random_colours() {
  const Image noise = random_image(256, 1, 3, SampleType::u8, 8);
  std::vector<std::uint8_t> colours = noise.bytes;
  for (std::size_t i = 0; i < 256; ++i) colours[3 * i] = static_cast<std::uint8_t>(i * 251 + 17);
  return colours;
}

// Returns the RGB picture with these palette indices. `colours` is the palette. Pixels whose index
// is `known` or more are black.
inline Image coloured(int width, int height, const std::vector<std::uint8_t>& indices,
                      const std::vector<std::uint8_t>& colours, unsigned known = 256) {
  Image image(width, height, 3, SampleType::u8);
  for (std::size_t i = 0; i < indices.size(); ++i) {
    for (std::size_t c = 0; c < 3; ++c) {
      image.u8()[3 * i + c] =
          indices[i] < known ? colours[3 * std::size_t{indices[i]} + c] : std::uint8_t{0};
    }
  }
  return image;
}

inline Image decoded(const std::vector<std::uint8_t>& file) {
  LoadedImage loaded = decode_image(file, "test.img");
  CHECK(loaded.warnings.empty());
  return std::move(loaded.image);
}

inline void check_decodes(const std::vector<std::uint8_t>& file, const Image& expected) {
  CHECK(largest_difference(decoded(file), expected) == 0);
}

// Checks that decoding the file throws an Error with `code`, and returns the error's message.
inline std::string refusal(const std::vector<std::uint8_t>& file,
                           ErrorCode code = ErrorCode::input) {
  return expect_error(code, [&] { (void)decode_image(file, "test.img"); });
}

inline void check_refused(const std::vector<std::uint8_t>& file, const std::string& part) {
  const std::string message = refusal(file);
  CHECK_MESSAGE(contains(message, part), message);
}

}  // namespace nst::test
