// Tests of pictures in the C interface: limits, warnings, and samples that are not numbers.
#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "api/c_pictures.hpp"
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
  const std::string path = image_fixture("rgb8.ppm");  // a picture of 19×13 pixels
  nst_image image{};
  CHECK(nst_image_read_within(path.c_str(), 3 * 19 * 13 - 1, &image) == NST_ERROR_LIMIT);
  CHECK(image.data == nullptr);
  REQUIRE(nst_image_read_within(path.c_str(), 3 * 19 * 13, &image) == NST_OK);
  CHECK(image.width == 19);
  nst_image_free(&image);
}

TEST_CASE("C: a picture with alpha is composed in its own memory") {
  const Image rgba = random_image(9, 5, 4, SampleType::u8);
  std::vector<std::uint8_t> pixels(5 * 40, 7);  // 5 rows of 9 RGBA pixels and 4 unused bytes
  for (int y = 0; y < 5; ++y) std::memcpy(pixels.data() + 40 * y, rgba.u8() + 36 * y, 36);
  nst_image image = {pixels.data(), 9, 5, 4, NST_U8, 40, NST_RGB, 0};
  REQUIRE(nst_image_compose(&image, 1, 2, 3) == NST_OK);
  CHECK(image.channels == 3);
  CHECK(image.row_stride_bytes == 0);
  const Image expected = compose(rgba.view(), {1, 2, 3});
  CHECK(std::memcmp(image.data, expected.u8(), expected.bytes.size()) == 0);
  // The picture has no alpha any more, so composing it again succeeds and changes nothing.
  REQUIRE(nst_image_compose(&image, 9, 9, 9) == NST_OK);
  CHECK(std::memcmp(image.data, expected.u8(), expected.bytes.size()) == 0);
  image = {pixels.data() + 4 * 36, 9, 5, 4, NST_U8, -36, NST_RGB, 0};
  CHECK(nst_image_compose(&image, 1, 2, 3) == NST_ERROR_USAGE);
  CHECK(nst_image_compose(nullptr, 1, 2, 3) == NST_ERROR_USAGE);
}

TEST_CASE("C: samples and style values that are none are input errors") {
  nst_model* model = nullptr;
  REQUIRE(nst_model_default(&model) == NST_OK);
  std::vector<float> pixels(40 * 32 * 3, 0.5f), painted(pixels.size(), 7.0f);
  std::vector<float> style(NST_STYLE_SIZE, 0.1f);
  const nst_image content = {pixels.data(), 40, 32, 3, NST_F32, 0, NST_RGB, 0};
  const nst_image output = {painted.data(), 40, 32, 3, NST_F32, 0, NST_RGB, 0};
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
    // The failed calls must not have changed a sample of the output picture.
    CHECK(painted == std::vector<float>(pixels.size(), 7.0f));
  }
  CHECK(nst_stylize(model, &content, style.data(), nullptr, &output) == NST_OK);
  nst_model_free(model);
}

namespace {

// Compares `image` with the picture that the C++ interface gives, then frees `image`.
void check_and_free(nst_image& image, const Image& expected) {
  CHECK(image.width == expected.width);
  CHECK(image.height == expected.height);
  REQUIRE(image.channels == expected.channels);
  CHECK(image.row_stride_bytes == 0);
  CHECK(std::memcmp(image.data, expected.bytes.data(), expected.bytes.size()) == 0);
  nst_image_free(&image);
  CHECK(image.data == nullptr);
}

}  // namespace

TEST_CASE("C: pictures are resized, quantised, parted from their alpha and joined as in C++") {
  const Image rgba = random_image(31, 22, 4, SampleType::u8);
  const nst_image source = c_image(rgba);
  nst_image made{};
  REQUIRE(nst_image_resize(&source, 12, 40, NST_RESIZE_TF, &made) == NST_OK);
  check_and_free(made, resize(rgba.view(), 12, 40, Resize::tf));
  const Image floats = random_image(9, 7, 3, SampleType::f32);
  const nst_image unit = c_image(floats);
  REQUIRE(nst_image_to_u8(&unit, NST_TRUNCATE, &made) == NST_OK);
  check_and_free(made, to_u8(floats.view(), Quantise::truncate));

  nst_image alpha{};
  REQUIRE(nst_image_resized_alpha(&source, 31, 22, NST_RESIZE_SMOOTH, &alpha) == NST_OK);
  CHECK(alpha.format == NST_GREY);
  const Image rgb = compose(rgba.view());
  const nst_image colours = c_image(rgb);
  REQUIRE(nst_image_with_alpha(&colours, &alpha, &made) == NST_OK);
  check_and_free(made, with_alpha(rgb.view(), resized_alpha(rgba.view(), 31, 22)));
  nst_image_free(&alpha);

  CHECK(nst_image_resize(&source, 0, 40, NST_RESIZE_TF, &made) == NST_ERROR_USAGE);
  CHECK(nst_image_resize(&source, 4, 4, static_cast<nst_resize_method>(3), &made) ==
        NST_ERROR_USAGE);
  CHECK(nst_image_resize(&source, 4, 4, NST_RESIZE_TF, nullptr) == NST_ERROR_USAGE);
  CHECK(nst_image_resized_alpha(&colours, 4, 4, NST_RESIZE_TF, &made) == NST_ERROR_USAGE);
  CHECK(nst_image_with_alpha(&colours, &source, &made) == NST_ERROR_USAGE);
  CHECK(made.data == nullptr);
  int width = 0, height = 0;
  CHECK(nst_size_by_shorter_side(640, 427, 256, &width, &height) == NST_OK);
  CHECK(width == 383);
  CHECK(height == 255);
  CHECK(nst_size_by_shorter_side(640, 427, 0, &width, &height) == NST_ERROR_USAGE);
}

TEST_CASE("C: files in memory are decoded and encoded, bytes read and written whole") {
  const TemporaryFolder folder;
  const Image picture = random_image(21, 13, 4, SampleType::u8);
  const nst_image source = c_image(picture);
  unsigned char* bytes = nullptr;
  std::size_t size = 0;
  REQUIRE(nst_image_encode(&source, NST_PNG, 95, &bytes, &size) == NST_OK);
  CHECK(std::vector<std::uint8_t>(bytes, bytes + size) ==
        encode_image(picture.view(), OutputFormat::png));
  nst_image decoded{};
  REQUIRE(nst_image_decode(bytes, size, nullptr, nullptr, &decoded) == NST_OK);
  check_and_free(decoded, picture);
  nst_read_options options = NST_READ_OPTIONS_INIT;
  options.max_memory_bytes = 100;
  CHECK(nst_image_decode(bytes, size, "a.png", &options, &decoded) == NST_ERROR_LIMIT);
  CHECK(std::string(nst_last_error()).starts_with("a.png: "));
  CHECK(nst_image_decode(bytes, size - 40, nullptr, nullptr, &decoded) == NST_ERROR_INPUT);
  CHECK(nst_image_decode(nullptr, 4, nullptr, nullptr, &decoded) == NST_ERROR_USAGE);

  const std::string path = (folder.path() / "a.png").string();
  REQUIRE(nst_check_writable(path.c_str()) == NST_OK);
  REQUIRE(nst_bytes_write(path.c_str(), bytes, size) == NST_OK);
  unsigned char* again = nullptr;
  std::size_t length = 0;
  REQUIRE(nst_bytes_read(path.c_str(), &again, &length) == NST_OK);
  REQUIRE(length == size);
  CHECK(std::memcmp(again, bytes, size) == 0);
  nst_bytes_free(again);
  nst_bytes_free(bytes);
  nst_bytes_free(nullptr);
  REQUIRE(nst_image_load(path.c_str(), nullptr, &decoded) == NST_OK);
  check_and_free(decoded, picture);
  CHECK(nst_image_load(path.c_str(), &options, &decoded) == NST_ERROR_LIMIT);
  REQUIRE(nst_image_write(path.c_str(), &source, 95) == NST_OK);
  nst_remove_unfinished_files();
  CHECK(nst_check_writable((folder.path() / "none/a.png").string().c_str()) == NST_ERROR_OUTPUT);
  CHECK(nst_bytes_read((folder.path() / "none").string().c_str(), &again, &length) ==
        NST_ERROR_INPUT);
  CHECK(nst_image_encode(&source, NST_NPY, 95, &bytes, &size) == NST_ERROR_OUTPUT);

  nst_output_format format = NST_PNG;
  for (const auto& [name, expected] :
       {std::pair{"a.JPG", NST_JPEG}, {"a.ppm", NST_PPM}, {"a.npy", NST_NPY}, {"a.png", NST_PNG}}) {
    CHECK(nst_output_format_of(name, &format) == NST_OK);
    CHECK(format == expected);
  }
  CHECK(nst_output_format_of("a.gif", &format) == NST_ERROR_USAGE);
  unsigned char rgb[3] = {};
  CHECK(nst_parse_colour("#102030", rgb) == NST_OK);
  CHECK(rgb[2] == 0x30);
  CHECK(nst_parse_colour("no colour", rgb) == NST_ERROR_USAGE);
}

TEST_CASE("C: what a file says besides the pixels goes from one file to another") {
  const TemporaryFolder folder;
  const Image picture = random_image(21, 13, 3, SampleType::u8);
  Metadata metadata;
  metadata.dpi_x = metadata.dpi_y = 300.0;
  const std::vector<std::uint8_t> file =
      encode_image(picture.view(), OutputFormat::png, {.metadata = &metadata});
  nst_image image{};
  nst_metadata* found = nullptr;
  REQUIRE(nst_image_decode_all(file.data(), file.size(), "a.png", nullptr, &image, &found) ==
          NST_OK);
  REQUIRE(found != nullptr);
  nst_encode_options options = NST_ENCODE_OPTIONS_INIT;
  options.metadata = found;
  options.quality = 80;
  options.keep = NST_METADATA_ALL;
  unsigned char* bytes = nullptr;
  std::size_t size = 0;
  REQUIRE(nst_image_encode_as(&image, NST_JPEG, &options, &bytes, &size) == NST_OK);
  const EncodeOptions same{.quality = 80, .metadata = &metadata, .keep = KeepMetadata::all};
  CHECK(std::vector<std::uint8_t>(bytes, bytes + size) ==
        encode_image(picture.view(), OutputFormat::jpeg, same));
  const std::string path = (folder.path() / "a.jpg").string();
  REQUIRE(nst_image_write_as(path.c_str(), &image, &options) == NST_OK);
  CHECK(file_bytes(path) == std::vector<std::uint8_t>(bytes, bytes + size));
  nst_bytes_free(bytes);

  options.depth = 16;
  CHECK(nst_image_encode_as(&image, NST_JPEG, &options, &bytes, &size) == NST_ERROR_USAGE);
  options.depth = 8;
  options.keep = static_cast<nst_keep_metadata>(3);
  CHECK(nst_image_write_as(path.c_str(), &image, &options) == NST_ERROR_USAGE);
  options.struct_size = 1;
  CHECK(nst_image_write_as(path.c_str(), &image, &options) == NST_ERROR_USAGE);
  nst_image again{};
  CHECK(nst_image_decode_all(file.data(), file.size(), "a.png", nullptr, &again, nullptr) ==
        NST_ERROR_USAGE);
  CHECK(again.data == nullptr);
  nst_metadata_free(found);
  nst_metadata_free(nullptr);
  nst_image_free(&image);

  nst_output_format format = NST_PNG;
  CHECK(nst_output_format_of("a.TIF", &format) == NST_OK);
  CHECK(format == NST_TIFF);
  CHECK(nst_output_format_of("a.webp", &format) == NST_OK);
  CHECK(format == NST_WEBP);
}

TEST_CASE("C: a damaged picture is read as far as it goes, and profiles can be ignored") {
  const Image picture = random_image(40, 400, 3, SampleType::u8);
  const std::vector<std::uint8_t> file = encode_image(picture.view(), OutputFormat::jpeg);
  nst_read_options options = NST_READ_OPTIONS_INIT;
  options.ignore_profile = 1;
  nst_image image{};
  const bool by_stb = NST_JPEG_BY_STB;
  CHECK(nst_image_decode(file.data(), file.size() / 2, nullptr, &options, &image) ==
        NST_ERROR_INPUT);
  options.damaged = 1;
  if (by_stb) return;
  REQUIRE(nst_image_decode(file.data(), file.size() / 2, nullptr, &options, &image) == NST_OK);
  CHECK(std::string(nst_last_warnings()).find("damaged") != std::string::npos);
  nst_image_free(&image);
}

}  // namespace nst::test
