// Tests of BMP files as Windows, OS/2 and other programs write them.
#include <array>
#include <bit>

#include "image/compose.hpp"

using nst::Image;
using nst::SampleType;
using namespace nst::test;

namespace {

constexpr int kWidth = 13, kHeight = 7;

// Builds BMP files. The members are the properties in which BMP files of different programs differ.
struct Bmp {
  int width = kWidth, height = kHeight;
  unsigned header = 40, bits = 24, compression = 0, used = 0;
  bool top_down = false;
  std::vector<std::uint32_t> masks = {};
  std::vector<std::uint8_t> colours = {};  // palette colours as RGB
  std::size_t gap = 0;
  bool without_offset = false;

  std::vector<std::uint8_t> file(const std::vector<std::uint8_t>& pixels) const {
    FileBytes info;
    const int signed_height = top_down ? -height : height;
    if (header == 12) {
      info.u32(12).u16(static_cast<unsigned>(width)).u16(static_cast<unsigned>(height));
      info.u16(1).u16(bits);
    } else {
      info.u32(header).i32(width).i32(signed_height).u16(1).u16(bits).u32(compression);
      info.u32(pixels.size()).u32(0).u32(0).u32(used).u32(0);
      for (const std::uint32_t mask : masks) info.u32(mask);
      info.bytes.resize(header == 40 ? 40 + 4 * masks.size() : header);
    }
    for (std::size_t i = 0; i < colours.size(); i += 3) {
      info.u8(colours[i + 2]).u8(colours[i + 1]).u8(colours[i]);
      if (header != 12) info.u8(0);
    }
    info.zeros(gap);
    FileBytes file;
    file.text("BM").u32(0).u32(0).u32(without_offset ? 0 : 14 + info.bytes.size());
    return file.add(info.bytes).add(pixels).bytes;
  }

  // Returns the rows of the file: samples of `bits` bits packed into bytes, padded to 4 bytes. The
  // picture's last row comes first, unless top_down is set.
  std::vector<std::uint8_t> rows(const std::vector<std::uint32_t>& samples) const {
    FileBytes out;
    for (int y = 0; y < height; ++y) {
      const int row = top_down ? y : height - 1 - y;
      const std::size_t begin = out.bytes.size();
      std::uint64_t held = 0;
      unsigned have = 0;
      for (int x = 0; x < width; ++x) {
        const std::uint64_t sample = samples[static_cast<std::size_t>(row * width + x)];
        if (bits >= 8) {
          for (unsigned i = 0; i < bits; i += 8) out.u8(sample >> i);
          continue;
        }
        held = held << bits | sample;
        have += bits;
        if (have < 8) continue;
        out.u8(held);
        held = have = 0;
      }
      if (have > 0) out.u8(held << (8 - have));
      out.zeros((4 - (out.bytes.size() - begin) % 4) % 4);
    }
    return out.bytes;
  }
};

std::vector<std::uint32_t> wide(const std::vector<std::uint8_t>& samples) {
  return {samples.begin(), samples.end()};
}

std::vector<std::uint32_t> bgr(const Image& rgb, std::uint32_t fourth = 0) {
  std::vector<std::uint32_t> samples;
  for (std::size_t i = 0; i < rgb.sample_count(); i += 3) {
    samples.push_back(fourth << 24 | std::uint32_t{rgb.u8()[i]} << 16 |
                      std::uint32_t{rgb.u8()[i + 1]} << 8 | rgb.u8()[i + 2]);
  }
  return samples;
}

std::vector<std::uint8_t> first_colours(std::size_t count) {
  std::vector<std::uint8_t> colours = random_colours();
  colours.resize(3 * count);
  return colours;
}

}  // namespace

TEST_CASE("BMP: palettes of 1 to 8 bits behind every header of Windows and OS/2") {
  for (const unsigned header : {12, 16, 24, 40, 48, 52, 56, 64, 108, 124}) {
    for (const unsigned bits : {1, 2, 4, 8}) {
      for (const bool top_down : {false, true}) {
        // A header of 12 bytes has an unsigned height, so its rows cannot be top-down.
        if (header == 12 && top_down) continue;
        CAPTURE(header);
        CAPTURE(bits);
        const unsigned count = 1u << bits;
        Bmp bmp{.header = header, .bits = bits, .top_down = top_down};
        bmp.colours = first_colours(count);
        const auto indices = random_indices(kWidth * kHeight, count - 1);
        check_decodes(bmp.file(bmp.rows(wide(indices))),
                      coloured(kWidth, kHeight, indices, bmp.colours));
      }
    }
  }
}

TEST_CASE("BMP: a palette that is shorter than its bits, and indices beyond it") {
  for (const unsigned header : {12u, 40u}) {
    CAPTURE(header);
    Bmp bmp{.header = header, .bits = 8, .used = header == 12 ? 0u : 90u};
    bmp.colours = first_colours(90);
    const auto inside = random_indices(kWidth * kHeight, 89);
    check_decodes(bmp.file(bmp.rows(wide(inside))), coloured(kWidth, kHeight, inside, bmp.colours));
    const auto beyond = random_indices(kWidth * kHeight, 255);
    check_decodes(bmp.file(bmp.rows(wide(beyond))),
                  coloured(kWidth, kHeight, beyond, random_colours(), 90));
  }
}

TEST_CASE("BMP: gaps before the pixels, palettes nobody needs, no offset, no last padding") {
  const Image rgb = random_image(kWidth, kHeight, 3, SampleType::u8);
  for (const unsigned header : {12u, 40u, 64u, 124u}) {
    CAPTURE(header);
    Bmp bmp{.header = header};
    check_decodes(bmp.file(bmp.rows(bgr(rgb))), rgb);
    bmp.gap = 30;
    check_decodes(bmp.file(bmp.rows(bgr(rgb))), rgb);
    bmp.colours = first_colours(header == 12 ? 16 : 256);
    check_decodes(bmp.file(bmp.rows(bgr(rgb))), rgb);
  }
  Bmp bmp{.bits = 8, .gap = 100};
  bmp.colours = random_colours();
  const auto indices = random_indices(kWidth * kHeight, 255);
  const Image expected = coloured(kWidth, kHeight, indices, bmp.colours);
  check_decodes(bmp.file(bmp.rows(wide(indices))), expected);
  bmp.gap = 0;
  bmp.without_offset = true;
  std::vector<std::uint8_t> file = bmp.file(bmp.rows(wide(indices)));
  check_decodes(file, expected);
  // Removes the padding of the last row. A row has 13 bytes of samples and 3 bytes of padding.
  file.resize(file.size() - 3);
  check_decodes(file, expected);
  file.pop_back();
  check_refused(file, "needs");
}

TEST_CASE("BMP: the fourth byte of 32 bits without masks is no alpha") {
  const Image rgb = random_image(kWidth, kHeight, 3, SampleType::u8);
  for (const unsigned header : {16u, 40u, 124u}) {
    Bmp bmp{.header = header, .bits = 32};
    // The decoder must ignore the masks, because compression 0 does not use them.
    if (header == 124) bmp.masks = {0xff0000, 0xff00, 0xff, 0xff000000};
    check_decodes(bmp.file(bmp.rows(bgr(rgb, 77))), rgb);
  }
}

TEST_CASE("BMP: masks of any width, order and place, rounded to 8 bits") {
  struct Case {
    unsigned bits, header, compression;
    std::vector<std::uint32_t> masks;
  };
  const Case cases[] = {
      // Compression 0: the file has no masks. The format defines these, with 5 bits for each
      // colour.
      {16, 40, 0, {0x7c00, 0x03e0, 0x001f}},
      {16, 40, 3, {0xf800, 0x07e0, 0x001f}},
      {16, 52, 3, {0xf800, 0x07e0, 0x001f}},
      {16, 56, 3, {0x0f00, 0x00f0, 0x000f, 0xf000}},
      {16, 108, 3, {0x7c00, 0x03e0, 0x001f, 0x8000}},
      {16, 40, 3, {0x00e0, 0x001c, 0x0003}},
      {24, 40, 3, {0x0000ff, 0x00ff00, 0xff0000}},
      {32, 40, 3, {0x0000ff, 0x00ff00, 0xff0000}},
      {32, 40, 6, {0xff, 0xff00, 0xff0000, 0xff000000}},
      {32, 40, 3, {0x3ff00000, 0x000ffc00, 0x000003ff}},
      {32, 124, 3, {0xfe000000, 0x01ffff80, 0x0000007f}},
      {32, 124, 3, {0xff0000, 0xff00, 0xff, 0xff000000}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.masks[0]);
    CAPTURE(c.header);
    Bmp bmp{.header = c.header, .bits = c.bits, .compression = c.compression};
    if (c.compression != 0) bmp.masks = c.masks;
    const nst::PseudoRandom random(9, "masks");
    std::vector<std::uint32_t> samples;
    const int channels = static_cast<int>(c.masks.size());
    Image expected(kWidth, kHeight, channels, SampleType::u8);
    for (std::size_t i = 0; i < std::size_t{kWidth} * kHeight; ++i) {
      samples.push_back(0);
      for (std::size_t k = 0; k < c.masks.size(); ++k) {
        const int shift = std::countr_zero(c.masks[k]);
        const std::uint64_t top = c.masks[k] >> shift;
        const auto value = static_cast<std::uint64_t>(static_cast<double>(random.unit(4 * i + k)) *
                                                      static_cast<double>(top + 1));
        samples.back() |= static_cast<std::uint32_t>(value << shift);
        expected.u8()[i * c.masks.size() + k] = static_cast<std::uint8_t>(
            static_cast<double>(value) * 255.0 / static_cast<double>(top) + 0.5);
      }
    }
    check_decodes(bmp.file(bmp.rows(samples)), expected);
  }
}

TEST_CASE("BMP: alpha that is 0 everywhere is none") {
  const Image rgb = random_image(kWidth, kHeight, 3, SampleType::u8);
  Bmp bmp{.header = 56, .bits = 32, .compression = 3};
  bmp.masks = {0xff0000, 0xff00, 0xff, 0xff000000};
  check_decodes(bmp.file(bmp.rows(bgr(rgb, 0))), rgb);
  CHECK(decoded(bmp.file(bmp.rows(bgr(rgb, 1)))).channels == 4);
}

TEST_CASE("BMP: run lengths, written-out pixels, ends of rows, jumps") {
  const std::vector<std::uint8_t> colours = first_colours(16);
  // The picture has 6×4 pixels; its last row comes first in the file. The file's rows contain:
  // - a run of colour 5, three single pixels padded to an even number, then colour 0;
  // - a jump by two columns and one row, then a run of colour 7;
  // - a run that is longer than the row.
  const std::vector<std::uint8_t> picture = {0, 0, 0, 0, 0, 0,  //
                                             9, 9, 9, 9, 9, 9,  //
                                             0, 0, 0, 0, 7, 7,  //
                                             5, 5, 1, 2, 3, 0};
  const std::vector<std::uint8_t> rle8 = {2,   5, 0, 3, 1, 2, 3, 0, 0, 0,  // RLE codes of row 0
                                          4,   0, 2, 7, 0, 0,              // RLE codes of row 1
                                          200, 9, 0, 0,                    // RLE codes of row 2
                                          0,   2, 1, 0, 5, 0, 0, 1};       // RLE codes: row 3, end
  Bmp bmp{.width = 6, .height = 4, .bits = 8, .compression = 1, .used = 16};
  bmp.colours = colours;
  check_decodes(bmp.file(rle8), coloured(6, 4, picture, colours));
  auto without_end = rle8;
  without_end.resize(without_end.size() - 2);
  check_decodes(bmp.file(without_end), coloured(6, 4, picture, colours));
  for (std::size_t size = 0; size < without_end.size(); ++size) {
    CAPTURE(size);
    (void)refusal(bmp.file({rle8.begin(), rle8.begin() + static_cast<std::ptrdiff_t>(size)}));
  }
  check_refused(bmp.file({6, 1, 0, 0, 0, 1}), "early");

  const std::vector<std::uint8_t> rle4 = {
      2,   0x55, 0, 3,    0x12, 0x30, 0, 0,   // RLE codes of row 0
      4,   0,    2, 0x77, 0,    0,            // RLE codes of row 1
      200, 0x99, 0, 0,                        // RLE codes of row 2
      0,   2,    1, 0,    5,    0,    0, 1};  // RLE codes: row 3, end
  bmp.bits = 4;
  bmp.compression = 2;
  check_decodes(bmp.file(rle4), coloured(6, 4, picture, colours));
  bmp.top_down = true;
  std::vector<std::uint8_t> flipped;
  for (std::size_t y = 4; y-- > 0;) {
    flipped.insert(flipped.end(), picture.begin() + static_cast<std::ptrdiff_t>(6 * y),
                   picture.begin() + static_cast<std::ptrdiff_t>(6 * y + 6));
  }
  check_decodes(bmp.file(rle4), coloured(6, 4, flipped, colours));
}

TEST_CASE("BMP: what is not read is named") {
  const auto refused = [](Bmp bmp, const std::string& part) {
    check_refused(bmp.file(std::vector<std::uint8_t>(2000)), part);
  };
  refused({.header = 200}, "200 bytes");
  refused({.header = 64, .bits = 1, .compression = 3}, "Huffman");
  refused({.header = 64, .compression = 4}, "run lengths");
  refused({.bits = 0, .compression = 4}, "JPEG");
  refused({.bits = 0, .compression = 5}, "PNG");
  refused({.bits = 32, .compression = 11}, "compression 11");
  refused({.bits = 64}, "64 bits");
  refused({.bits = 8, .compression = 3}, "masks");
  refused({.bits = 32, .compression = 3, .masks = {0xff00ff, 0xff00, 0}}, "mask");
}
