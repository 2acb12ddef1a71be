#include "image/codec.hpp"

#include <algorithm>
#include <cctype>
#include <cstring>

#include "base/expect_error.hpp"
#include "image/expected.hpp"

using nst::ErrorCode;
using nst::Image;
using nst::OutputFormat;
using nst::SampleType;
using nst::test::contains;
using nst::test::expect_error;
using nst::test::expected;
using nst::test::file_bytes;
using nst::test::image_fixture;
using nst::test::largest_difference;
using nst::test::random_image;

namespace {

// Largest difference allowed between a decoded JPEG and the recorded samples. Builds with stb_image
// instead of libjpeg enlarge the colour channels differently, if the JPEG stores them at half size.
// In the fixtures this causes differences of up to 20.
constexpr int kJpegTolerance = NST_JPEG_BY_STB ? 20 : 0;

}  // namespace

TEST_CASE("Every lossless form of a picture decodes to its exact samples") {
  for (const std::string name : {"grey1.png",
                                 "grey2.png",
                                 "grey4.png",
                                 "grey8.png",
                                 "grey_alpha8.png",
                                 "rgb8.png",
                                 "rgba8.png",
                                 "interlaced_rgb8.png",
                                 "interlaced_grey4.png",
                                 "palette4.png",
                                 "palette8_trns.png",
                                 "rgb8_trns.png",
                                 "gamma.png",
                                 "exif6.png",
                                 "exif6_late.png",
                                 "rgb.bmp",
                                 "rgba.bmp",
                                 "grey.bmp",
                                 "palette.bmp",
                                 "top_down.bmp",
                                 "rgb.tga",
                                 "rgba.tga",
                                 "grey.tga",
                                 "runs.tga",
                                 "palette.tga",
                                 "two_frames.gif",
                                 "transparent.gif",
                                 "rgb8.ppm",
                                 "rgb10.ppm",
                                 "grey8.pgm"}) {
    CAPTURE(name);
    CHECK(largest_difference(nst::read_image(image_fixture(name)), expected(name)) == 0);
  }
}

TEST_CASE("16-bit PNG samples are rounded to 8 bits") {
  // libpng rounds 16-bit samples to the nearest 8-bit value, as in the expected pictures. stb_image
  // keeps the high byte instead, so builds with stb_image may differ from them by 1.
  for (const std::string name :
       {"grey16.png", "grey_alpha16.png", "rgb16.png", "rgba16.png", "interlaced_rgba16.png"}) {
    CAPTURE(name);
    const int difference = largest_difference(nst::read_image(image_fixture(name)), expected(name));
    CHECK(difference >= 0);
    CHECK(difference <= (NST_PNG_BY_STB ? 1 : 0));
  }
}

TEST_CASE("JPEG decodes to the samples of Pillow, which uses the same library as TensorFlow") {
  for (const std::string name :
       {"yuv444.jpg", "yuv422.jpg", "yuv420.jpg", "progressive.jpg", "grey.jpg", "cmyk.jpg"}) {
    CAPTURE(name);
    // No standard defines how CMYK without a colour profile is rounded. So a CMYK picture may
    // differ from Pillow's by 1 more than other pictures.
    const int tolerance = kJpegTolerance + (name == "cmyk.jpg" ? 1 : 0);
    const int difference = largest_difference(nst::read_image(image_fixture(name)), expected(name));
    CHECK(difference >= 0);
    CHECK(difference <= tolerance);
  }
}

TEST_CASE("All eight EXIF orientations come out upright") {
  const Image upright = expected("orientation.jpg");
  for (int orientation = 1; orientation <= 8; ++orientation) {
    CAPTURE(orientation);
    const std::string name = "orientation" + std::to_string(orientation) + ".jpg";
    const int difference = largest_difference(nst::read_image(image_fixture(name)), upright);
    CHECK(difference >= 0);
    CHECK(difference <= 2);  // allows for the losses of JPEG at quality 98
  }
}

TEST_CASE("A damaged EXIF block leaves the picture as it is stored") {
  std::vector<std::uint8_t> file = file_bytes(image_fixture("orientation6.jpg"));
  const std::string mark("Exif\0\0", 6);
  const auto exif = std::search(file.begin(), file.end(), mark.begin(), mark.end());
  REQUIRE(exif != file.end());
  const auto tiff = exif + 6;
  // Damages one byte of the EXIF block at a time: in the byte order, the magic number, the
  // directory's offset, or the type of the orientation tag. The picture must then be decoded
  // without being turned.
  for (const int offset : {0, 2, 4, 25}) {
    CAPTURE(offset);
    std::vector<std::uint8_t> damaged = file;
    damaged[tiff - file.begin() + offset] = 0xff;
    const Image image = nst::decode_image(damaged, "test").image;
    CHECK(image.width == 16);
    CHECK(image.height == 24);
  }
}

TEST_CASE("What is written losslessly reads back to the bit") {
  for (const int channels : {3, 4}) {
    for (const auto& [width, height] : {std::pair{1, 1}, {33, 7}, {64, 65}}) {
      CAPTURE(channels);
      const Image image = random_image(width, height, channels, SampleType::u8);
      CAPTURE(image.width);
      const auto png = nst::encode_image(image.view(), OutputFormat::png, 95);
      CHECK(largest_difference(nst::decode_image(png, "png").image, image) == 0);
    }
  }
  const Image rgb = random_image(33, 7, 3, SampleType::u8);
  const auto ppm = nst::encode_image(rgb.view(), OutputFormat::ppm, 95);
  CHECK(largest_difference(nst::decode_image(ppm, "ppm").image, rgb) == 0);
  const Image floats = random_image(33, 7, 3, SampleType::f32);
  const Image back =
      nst::decode_image(nst::encode_image(floats.view(), OutputFormat::npy, 95), "npy").image;
  CHECK(back.type == SampleType::f32);
  CHECK(back.width == 33);
  CHECK(back.bytes == floats.bytes);
}

TEST_CASE("A smooth picture survives JPEG, better at higher quality") {
  Image image(64, 48, 3, SampleType::u8);
  for (int i = 0; i < 64 * 48; ++i) {
    image.u8()[3 * i] = static_cast<std::uint8_t>(4 * (i % 64));
    image.u8()[3 * i + 1] = static_cast<std::uint8_t>(5 * (i / 64));
    image.u8()[3 * i + 2] = static_cast<std::uint8_t>(255 - 4 * (i % 64));
  }
  int last_bytes = 0;
  for (const int quality : {20, 60, 95}) {
    CAPTURE(quality);
    const auto file = nst::encode_image(image.view(), OutputFormat::jpeg, quality);
    CHECK(static_cast<int>(file.size()) > last_bytes);
    last_bytes = static_cast<int>(file.size());
    const int difference = largest_difference(nst::decode_image(file, "jpeg").image, image);
    CHECK(difference >= 0);
    // Allows only small differences, because the picture is a gradient, on which JPEG has small
    // errors.
    CHECK(difference <= (quality == 95 ? 6 : 60));
  }
}

TEST_CASE("Alpha is left out of JPEG and PPM") {
  const Image rgba = random_image(16, 16, 4, SampleType::u8);
  for (const OutputFormat format : {OutputFormat::jpeg, OutputFormat::ppm}) {
    const Image back = nst::decode_image(nst::encode_image(rgba.view(), format, 100), "test").image;
    CHECK(back.channels == 3);
    CHECK(back.width == 16);
  }
}

TEST_CASE("A view with a row stride is written as if it were dense") {
  const Image wide = random_image(20, 9, 3, SampleType::u8);
  Image dense(11, 9, 3, SampleType::u8);
  for (int y = 0; y < 9; ++y) std::memcpy(dense.u8() + 33 * y, wide.u8() + 60 * y, 33);
  const nst::ImageView cut{wide.u8(), 11, 9, 3, SampleType::u8, 60};
  for (const OutputFormat format : {OutputFormat::png, OutputFormat::jpeg, OutputFormat::ppm}) {
    CHECK(nst::encode_image(cut, format, 90) == nst::encode_image(dense.view(), format, 90));
  }
}

TEST_CASE("Pictures of every pixel format are written as the RGB or RGBA that they mean") {
  const Image rgba = random_image(5, 4, 4, SampleType::u8);
  std::vector<std::uint8_t> bgra = rgba.bytes, planes(rgba.bytes.size());
  for (std::size_t i = 0; i < 20; ++i) {
    std::swap(bgra[4 * i], bgra[4 * i + 2]);
    for (std::size_t c = 0; c < 4; ++c) planes[20 * c + i] = rgba.bytes[4 * i + c];
  }
  const auto png = nst::encode_image(rgba.view(), OutputFormat::png);
  using nst::PixelFormat;
  CHECK(nst::encode_image({bgra.data(), 5, 4, 4, SampleType::u8, 0, PixelFormat::bgr},
                          OutputFormat::png) == png);
  CHECK(nst::encode_image({planes.data(), 5, 4, 4, SampleType::u8, 0, PixelFormat::planar},
                          OutputFormat::png) == png);
  Image grey(5, 4, 3, SampleType::u8);
  for (std::size_t i = 0; i < 60; ++i) grey.bytes[i] = planes[i / 3];
  CHECK(nst::encode_image({planes.data(), 5, 4, 1, SampleType::u8, 0, PixelFormat::grey},
                          OutputFormat::png) == nst::encode_image(grey.view(), OutputFormat::png));
  // Tests that overlapping rows are refused: the row stride (7 bytes) is shorter than a row (15
  // bytes).
  expect_error(ErrorCode::usage, [&] {
    (void)nst::encode_image({planes.data(), 5, 4, 3, SampleType::u8, 7}, OutputFormat::png);
  });
}

TEST_CASE("Formats are told by extension, whatever its case") {
  CHECK(nst::output_format("a/b.PNG") == OutputFormat::png);
  CHECK(nst::output_format("b.jpg") == OutputFormat::jpeg);
  CHECK(nst::output_format("b.Jpeg") == OutputFormat::jpeg);
  CHECK(nst::output_format("b.ppm") == OutputFormat::ppm);
  CHECK(nst::output_format("b.npy") == OutputFormat::npy);
  CHECK(nst::output_format("b.TIFF") == OutputFormat::tiff);
  CHECK(nst::output_format("b.tif") == OutputFormat::tiff);
  CHECK(nst::output_format("b.webp") == OutputFormat::webp);
  for (const char* path : {"b", "png", ".png", "b.jxl", "b.png.txt", "folder.png/b"}) {
    CAPTURE(path);
    const std::string message =
        expect_error(ErrorCode::usage, [&] { (void)nst::output_format(path); });
    CHECK(contains(message, ".png, .jpg, .tif, .webp, .ppm or .npy"));
  }
}

TEST_CASE("A picture that does not suit the format is refused") {
  const Image u8 = random_image(4, 4, 3, SampleType::u8);
  const Image f32 = random_image(4, 4, 3, SampleType::f32);
  const Image f32_alpha = random_image(4, 4, 4, SampleType::f32);
  const auto encode = [](const Image& image, OutputFormat format, int quality = 90) {
    return [&image, format, quality] { (void)nst::encode_image(image.view(), format, quality); };
  };
  expect_error(ErrorCode::output, encode(u8, OutputFormat::npy));
  expect_error(ErrorCode::output, encode(f32_alpha, OutputFormat::npy));
  expect_error(ErrorCode::output, encode(f32, OutputFormat::png));
  expect_error(ErrorCode::output, encode(Image(), OutputFormat::png));
  expect_error(ErrorCode::usage, encode(u8, OutputFormat::jpeg, 0));
  expect_error(ErrorCode::usage, encode(u8, OutputFormat::jpeg, 101));
  const Image long_one(65501, 1, 3, SampleType::u8);
  expect_error(ErrorCode::output, encode(long_one, OutputFormat::jpeg));
}

TEST_CASE("The message for a format that is not read names it") {
  const auto decode = [](const std::string& text) {
    const std::vector<std::uint8_t> bytes(text.begin(), text.end());
    return expect_error(ErrorCode::input, [&] { (void)nst::decode_image(bytes, "x.img"); });
  };
  CHECK(contains(decode(std::string("RIFF\x10\0\0\0WEBPVP8 ", 16)), "WebP"));
  CHECK(contains(decode(std::string("\0\0\0\x18"
                                    "ftypheic",
                                    12)),
                 "HEIC"));
  CHECK(contains(decode(std::string("II*\0\x08\0\0\0", 8)), "TIFF"));
  CHECK(contains(decode("hello, world; this is no picture at all"), "not a picture"));
  CHECK(contains(decode(""), "empty"));
}

// Tests against the results of tf.io.decode_image (TensorFlow 2.19). It ignores the EXIF
// orientation, so pixels keep their stored order. It keeps only the high byte of 16-bit samples: in
// grey16.png, the sum of these bytes is 30,112.
TEST_CASE("As TensorFlow reads a picture it lies as it is stored, and 16 bits are cut") {
  for (const char* name : {"orientation6.jpg", "exif6.png"}) {
    CAPTURE(name);
    const Image upright = nst::read_image(image_fixture(name));
    const Image stored = nst::load_image(image_fixture(name), {.as_tensorflow = true}).image;
    CHECK(stored.width == upright.height);
    CHECK(stored.height == upright.width);
    // Orientation 6: the first stored row is the right column of the upright picture, from top to
    // bottom.
    for (int i = 0; i < stored.width; ++i) {
      const std::size_t to = (static_cast<std::size_t>(i) * upright.width + upright.width - 1) * 3;
      CHECK(stored.bytes[static_cast<std::size_t>(i) * 3] == upright.bytes[to]);
    }
  }
  const Image cut = nst::load_image(image_fixture("grey16.png"), {.as_tensorflow = true}).image;
  std::uint64_t sum = 0;
  for (const std::uint8_t sample : cut.bytes) sum += sample;
  CHECK(sum == 3 * 30'112);
}
