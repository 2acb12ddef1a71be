// Reading pictures through the C interface: limits, warnings, samples that are none.
#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "base/temporary_folder.hpp"
#include "image/pictures.hpp"
#include "nst/nst.h"

namespace nst::test {

TEST_CASE("C: a picture's warnings are those of the last one read") {
  const TemporaryFolder folder;
  const std::string whole = image_fixture("yuv420.jpg");
  std::vector<std::uint8_t> file = file_bytes(whole);
  file.resize(file.size() - 2);
  const std::string open = folder.file("open.jpg", file);

  nst_image image{};
  REQUIRE(nst_image_read(open.c_str(), &image) == NST_OK);
  CHECK(image.width == 37);
  nst_image_free(&image);
  CHECK(std::string(nst_last_warnings()).starts_with(open + ": the end marker is missing"));
  CHECK(std::string(nst_last_error()).empty());
  REQUIRE(nst_image_read(whole.c_str(), &image) == NST_OK);
  nst_image_free(&image);
  CHECK(std::string(nst_last_warnings()).empty());
  REQUIRE(nst_image_read(open.c_str(), &image) == NST_OK);
  nst_image_free(&image);
  CHECK(nst_image_read("missing.jpg", &image) == NST_ERROR_INPUT);
  CHECK(std::string(nst_last_warnings()).empty());
}

TEST_CASE("C: a picture is read within a limit, or refused and nothing is allocated") {
  const std::string path = image_fixture("rgb8.ppm");  // 19×13
  nst_image image{};
  CHECK(nst_image_read_within(path.c_str(), 3 * 19 * 13 - 1, &image) == NST_ERROR_LIMIT);
  CHECK(image.data == nullptr);
  REQUIRE(nst_image_read_within(path.c_str(), 3 * 19 * 13, &image) == NST_OK);
  CHECK(image.width == 19);
  nst_image_free(&image);
}

TEST_CASE("C: a picture with alpha is composed in its own memory") {
  const Image rgba = random_image(9, 5, 4, SampleType::u8);
  std::vector<std::uint8_t> pixels(5 * 40, 7);  // rows of 9 pixels and 4 bytes behind them
  for (int y = 0; y < 5; ++y) std::memcpy(pixels.data() + 40 * y, rgba.u8() + 36 * y, 36);
  nst_image image = {pixels.data(), 9, 5, 4, NST_U8, 40};
  REQUIRE(nst_image_compose(&image, 1, 2, 3) == NST_OK);
  CHECK(image.channels == 3);
  CHECK(image.row_stride_bytes == 0);
  const Image expected = compose(rgba.view(), {1, 2, 3});
  CHECK(std::memcmp(image.data, expected.u8(), expected.bytes.size()) == 0);
  REQUIRE(nst_image_compose(&image, 9, 9, 9) == NST_OK);  // has none any more
  CHECK(std::memcmp(image.data, expected.u8(), expected.bytes.size()) == 0);
  image = {pixels.data() + 4 * 36, 9, 5, 4, NST_U8, -36};
  CHECK(nst_image_compose(&image, 1, 2, 3) == NST_ERROR_USAGE);
  CHECK(nst_image_compose(nullptr, 1, 2, 3) == NST_ERROR_USAGE);
}

TEST_CASE("C: samples and style values that are none are input errors") {
  nst_model* model = nullptr;
  REQUIRE(nst_model_default(&model) == NST_OK);
  std::vector<float> pixels(40 * 32 * 3, 0.5f), painted(pixels.size(), 7.0f);
  std::vector<float> style(NST_STYLE_SIZE, 0.1f);
  const nst_image content = {pixels.data(), 40, 32, 3, NST_F32, 0};
  const nst_image output = {painted.data(), 40, 32, 3, NST_F32, 0};
  for (const float bad : {std::nanf(""), INFINITY, -INFINITY, 1e30f, 3.4e38f}) {
    CAPTURE(bad);
    pixels[1234] = bad;
    CHECK(nst_stylize(model, &content, style.data(), nullptr, &output) == NST_ERROR_INPUT);
    std::vector<float> vector(NST_STYLE_SIZE);
    CHECK(nst_encode_style(model, &content, 0, NST_RESIZE_SMOOTH, nullptr, vector.data()) ==
          NST_ERROR_INPUT);
    pixels[1234] = 0.5f;
    style[50] = bad;
    CHECK(nst_stylize(model, &content, style.data(), nullptr, &output) == NST_ERROR_INPUT);
    style[50] = 0.1f;
    CHECK(painted == std::vector<float>(pixels.size(), 7.0f));  // unchanged
  }
  CHECK(nst_stylize(model, &content, style.data(), nullptr, &output) == NST_OK);
  nst_model_free(model);
}

}  // namespace nst::test
