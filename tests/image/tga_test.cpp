// Tests of TGA files as scanners, games and editors write them.
#include <cstring>

#include "image/compose.hpp"

using nst::Image;
using nst::SampleType;
using namespace nst::test;

namespace {

constexpr int kWidth = 13, kHeight = 7;

struct Tga {
  unsigned kind = 2, bits = 24, descriptor = 0x20, first = 0, map_bits = 24;
  std::vector<std::uint8_t> map = {};
  bool run_lengths = false;
  std::string comment = {};

  // Returns a file of kWidth * kHeight pixels. `pixels` begin at the picture's top left. The file
  // stores them in the order that its descriptor states.
  std::vector<std::uint8_t> file(const std::vector<std::uint8_t>& pixels) const {
    const std::size_t size = (bits + 7) / 8;
    const unsigned map_bytes = (map_bits + 7) / 8;
    FileBytes out;
    out.u8(comment.size()).u8(map.empty() ? 0 : 1).u8(kind | (run_lengths ? 8u : 0u));
    out.u16(first).u16(map.size() / map_bytes).u8(map.empty() ? 0 : map_bits);
    out.u32(0).u16(kWidth).u16(kHeight).u8(bits).u8(descriptor).text(comment).add(map);
    FileBytes stored;
    for (int y = 0; y < kHeight; ++y) {
      const int row = descriptor & 0x20 ? y : kHeight - 1 - y;
      for (int x = 0; x < kWidth; ++x) {
        const int column = descriptor & 0x10 ? kWidth - 1 - x : x;
        const auto* p = pixels.data() + size * static_cast<std::size_t>(row * kWidth + column);
        stored.add({p, p + size});
      }
    }
    return out.add(run_lengths ? packed(stored.bytes, size) : stored.bytes).bytes;
  }

  // Compresses pixels to packets: a run of equal pixels, or single pixels. A packet may continue in
  // the next row.
  static std::vector<std::uint8_t> packed(const std::vector<std::uint8_t>& raw, std::size_t size) {
    FileBytes out;
    const std::size_t count = raw.size() / size;
    const auto same = [&](std::size_t a, std::size_t b) {
      return std::memcmp(raw.data() + a * size, raw.data() + b * size, size) == 0;
    };
    for (std::size_t i = 0; i < count;) {
      std::size_t n = 1;
      while (i + n < count && n < 128 && same(i, i + n)) ++n;
      const bool run = n > 1;
      while (!run && i + n < count && n < 128 && !same(i + n, i + n - 1)) ++n;
      out.u8((run ? 0x80 : 0) | (n - 1));
      const auto* p = raw.data() + i * size;
      out.add({p, p + size * (run ? 1 : n)});
      i += n;
    }
    return out.bytes;
  }
};

// Returns a pseudo-random picture in which half of the pixels belong to runs.
Image blocks(int channels) {
  Image image = random_image(kWidth, kHeight, channels, SampleType::u8);
  const auto pixel = static_cast<std::size_t>(channels);
  for (std::size_t i = 0; i + 2 < std::size_t{kWidth} * kHeight; i += 3) {
    if (i % 2 == 0) continue;
    std::memcpy(image.u8() + (i + 1) * pixel, image.u8() + i * pixel, pixel);
    std::memcpy(image.u8() + (i + 2) * pixel, image.u8() + i * pixel, pixel);
  }
  return image;
}

std::vector<std::uint8_t> bgr(const Image& image) {
  std::vector<std::uint8_t> stored = image.bytes;
  for (std::size_t i = 0; i + 2 < stored.size(); i += static_cast<std::size_t>(image.channels)) {
    std::swap(stored[i], stored[i + 2]);
  }
  return stored;
}

std::vector<std::uint8_t> swapped(std::vector<std::uint8_t> colours) {
  for (std::size_t i = 0; i + 2 < colours.size(); i += 3) std::swap(colours[i], colours[i + 2]);
  return colours;
}

}  // namespace

TEST_CASE("TGA: colours and greys from all four corners, with run lengths and without") {
  for (const unsigned corner : {0x00u, 0x10u, 0x20u, 0x30u}) {
    for (const bool run_lengths : {false, true}) {
      CAPTURE(corner);
      CAPTURE(run_lengths);
      const Image rgb = blocks(3);
      check_decodes(Tga{.descriptor = corner, .run_lengths = run_lengths}.file(bgr(rgb)), rgb);
      const Image rgba = blocks(4);
      check_decodes(
          Tga{.bits = 32, .descriptor = corner | 8, .run_lengths = run_lengths}.file(bgr(rgba)),
          rgba);
      const auto grey = random_indices(kWidth * kHeight, 255);
      std::vector<std::uint8_t> ramp;
      for (int i = 0; i < 256; ++i) ramp.insert(ramp.end(), 3, static_cast<std::uint8_t>(i));
      check_decodes(
          Tga{.kind = 3, .bits = 8, .descriptor = corner, .run_lengths = run_lengths}.file(grey),
          coloured(kWidth, kHeight, grey, ramp));
    }
  }
}

TEST_CASE("TGA: a palette may start late; indices outside it are black") {
  const std::vector<std::uint8_t> all = random_colours();
  for (const unsigned first : {0u, 9u, 200u}) {
    for (const bool run_lengths : {false, true}) {
      CAPTURE(first);
      const std::size_t count = first == 200 ? 56 : 40;
      const std::vector<std::uint8_t> colours(all.begin(),
                                              all.begin() + static_cast<std::ptrdiff_t>(3 * count));
      auto indices = random_indices(kWidth * kHeight, static_cast<unsigned>(count) - 1);
      const Image expected = coloured(kWidth, kHeight, indices, colours);
      for (std::uint8_t& index : indices) index = static_cast<std::uint8_t>(index + first);
      Tga tga{.kind = 1, .bits = 8, .first = first, .run_lengths = run_lengths};
      tga.map = swapped(colours);
      check_decodes(tga.file(indices), expected);
      if (first == 0) continue;
      indices[5] = static_cast<std::uint8_t>(first - 1);
      Image hole = expected;
      std::memset(hole.u8() + 15, 0, 3);
      check_decodes(tga.file(indices), hole);
    }
  }
}

TEST_CASE("TGA: 15 and 16 bits are 5-5-5, opaque; a comment and a palette nobody needs") {
  const auto noise = random_indices(2 * kWidth * kHeight, 255);
  Image expected(kWidth, kHeight, 3, SampleType::u8);
  for (std::size_t i = 0; i < noise.size() / 2; ++i) {
    const unsigned word = noise[2 * i] | unsigned{noise[2 * i + 1]} << 8;
    for (unsigned c = 0; c < 3; ++c) {
      expected.u8()[3 * i + c] =
          static_cast<std::uint8_t>(((word >> (10 - 5 * c) & 31) * 255 + 15) / 31);
    }
  }
  for (const unsigned bits : {15u, 16u}) {
    Tga tga{.bits = bits, .comment = std::string(200, 'x')};
    tga.map = random_colours();
    check_decodes(tga.file(noise), expected);
  }
}

TEST_CASE("TGA: alpha that is 0 everywhere is none") {
  Image rgba = blocks(4);
  Image rgb(kWidth, kHeight, 3, SampleType::u8);
  for (std::size_t i = 0; i < rgb.sample_count() / 3; ++i) {
    rgba.u8()[4 * i + 3] = 0;
    std::memcpy(rgb.u8() + 3 * i, rgba.u8() + 4 * i, 3);
  }
  check_decodes(Tga{.bits = 32}.file(bgr(rgba)), rgb);
}

TEST_CASE("TGA: cut pixels and interleaved rows are refused") {
  const Image rgb = blocks(3);
  for (const bool run_lengths : {false, true}) {
    std::vector<std::uint8_t> file = Tga{.run_lengths = run_lengths}.file(bgr(rgb));
    file.pop_back();
    (void)refusal(file);
  }
  check_refused(Tga{.descriptor = 0x60}.file(bgr(rgb)), "interleaved");
}
