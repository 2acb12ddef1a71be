// Tests of transparency, and of colours given as text.
#include <cmath>
#include <cstring>

#include "image/compose.hpp"

using nst::Colour;
using nst::ErrorCode;
using nst::Image;
using nst::Resize;
using nst::SampleType;
using namespace nst::test;

namespace {

bool is(Colour a, int red, int green, int blue) {
  return a.red == red && a.green == green && a.blue == blue;
}

// Computes the resized alpha of an RGBA picture in another way, for comparison. Copies the alpha to
// R, G and B of a picture, resizes this picture, and rounds.
Image alpha_by_colours(const Image& rgba, int width, int height, Resize method) {
  Image grey(rgba.width, rgba.height, 3, SampleType::u8);
  for (std::size_t i = 0; i < grey.sample_count(); ++i) {
    grey.u8()[i] = rgba.u8()[4 * (i / 3) + 3];
  }
  return nst::to_u8(nst::resize(grey.view(), width, height, method).view());
}

}  // namespace

TEST_CASE("Colours are #rgb, #rrggbb and the names of CSS") {
  CHECK(is(nst::parse_colour("#0000ff"), 0, 0, 255));
  CHECK(is(nst::parse_colour("#1aF"), 0x11, 0xaa, 0xff));
  CHECK(is(nst::parse_colour("white"), 255, 255, 255));
  CHECK(is(nst::parse_colour("aliceblue"), 0xf0, 0xf8, 0xff));
  CHECK(is(nst::parse_colour("RebeccaPurple"), 0x66, 0x33, 0x99));
  CHECK(is(nst::parse_colour("yellowgreen"), 0x9a, 0xcd, 0x32));
  for (const char* text : {"", "#", "#12", "#12345", "#1234567", "#-12345", "#gggggg", "whit",
                           "whites", "0000ff", "# 00000", "transparent", "zz", "two\nlines"}) {
    CAPTURE(text);
    expect_error(ErrorCode::usage, [&] { (void)nst::parse_colour(text); });
  }
}

TEST_CASE("A composed picture is what is seen on the background, rounded") {
  const Image rgba = random_image(19, 7, 4, SampleType::u8);
  const Colour below{10, 200, 99};
  const Image seen = nst::compose(rgba.view(), below);
  REQUIRE(seen.channels == 3);
  const int background[3] = {10, 200, 99};
  for (std::size_t i = 0; i < seen.sample_count(); ++i) {
    const std::uint8_t* pixel = rgba.u8() + 4 * (i / 3);
    const double exact = (pixel[i % 3] * pixel[3] + background[i % 3] * (255 - pixel[3])) / 255.0;
    REQUIRE(std::abs(seen.u8()[i] - exact) <= 0.5);
  }
  const Image rgb = random_image(19, 7, 3, SampleType::u8);
  CHECK(nst::compose(rgb.view(), below).bytes == rgb.bytes);

  Image floats(1, 1, 4, SampleType::f32);
  const float pixel[4] = {0.25f, 0.5f, 1.0f, 0.5f};
  std::memcpy(floats.f32(), pixel, sizeof pixel);
  const Image half = nst::compose(floats.view());
  CHECK(half.f32()[0] == doctest::Approx(0.625f));
  CHECK(half.f32()[2] == doctest::Approx(1.0f));
}

TEST_CASE("Colours under full transparency leave no trace") {
  Image a = random_image(9, 9, 4, SampleType::u8, 1);
  Image b = random_image(9, 9, 4, SampleType::u8, 2);
  for (std::size_t i = 0; i < 81; ++i) a.u8()[4 * i + 3] = b.u8()[4 * i + 3] = 0;
  CHECK(nst::compose(a.view()).bytes == nst::compose(b.view()).bytes);
  CHECK(nst::compose(a.view()).bytes == std::vector<std::uint8_t>(3 * 81, 255));
  // Also tests formats without alpha: the encoder composes the picture on white, so hidden colours
  // must not matter.
  for (const auto format : {nst::OutputFormat::ppm, nst::OutputFormat::jpeg}) {
    CHECK(nst::encode_image(a.view(), format, 90) == nst::encode_image(b.view(), format, 90));
  }
}

TEST_CASE("Alpha is resized as a colour is, to the bit") {
  const Image rgba = random_image(33, 21, 4, SampleType::u8);
  for (const Resize method : {Resize::smooth, Resize::tf, Resize::tf1}) {
    for (const auto& [width, height] : {std::pair{33, 21}, {70, 50}, {11, 9}, {1, 1}, {33, 8}}) {
      const int columns = width;
      CAPTURE(columns);
      const Image alpha = nst::resized_alpha(rgba.view(), width, height, method);
      CHECK(alpha.channels == 1);
      const Image expected = alpha_by_colours(rgba, width, height, method);
      for (std::size_t i = 0; i < alpha.sample_count(); ++i) {
        REQUIRE(alpha.u8()[i] == expected.u8()[3 * i]);
      }
    }
  }
  // Also tests a view of 20 of the 33 columns, whose rows are not contiguous in memory.
  const nst::ImageView part{rgba.u8(), 20, 21, 4, SampleType::u8, 33 * 4};
  CHECK(nst::resized_alpha(part, 20, 21).u8()[20] == rgba.u8()[33 * 4 + 3]);
}

TEST_CASE("Colours and alpha are put together again") {
  const Image rgba = random_image(9, 5, 4, SampleType::u8);
  Image rgb(9, 5, 3, SampleType::u8);
  for (std::size_t i = 0; i < 45; ++i) std::memcpy(rgb.u8() + 3 * i, rgba.u8() + 4 * i, 3);
  const Image alpha = nst::resized_alpha(rgba.view(), 9, 5);
  CHECK(nst::with_alpha(rgb.view(), alpha).bytes == rgba.bytes);
  expect_error(ErrorCode::usage, [&] { (void)nst::with_alpha(rgba.view(), alpha); });
  expect_error(ErrorCode::usage,
               [&] { (void)nst::with_alpha(rgb.view(), nst::resized_alpha(rgba.view(), 5, 9)); });
  expect_error(ErrorCode::usage, [&] { (void)nst::resized_alpha(rgb.view(), 9, 5); });
}
