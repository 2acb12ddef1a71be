#include <cmath>
#include <cstring>

#include "base/expect_error.hpp"
#include "image/npy.hpp"
#include "image/pictures.hpp"

using nst::ErrorCode;
using nst::Image;
using nst::Resize;
using nst::SampleType;
using nst::test::expect_error;
using nst::test::random_image;

namespace {

// Returns the picture that tests/golden/make_resize_golden.py resizes.
Image golden_picture() {
  Image image(23, 17, 3, SampleType::u8);
  const nst::PseudoRandom random(11, "resize");
  for (std::size_t i = 0; i < image.sample_count(); ++i) {
    image.u8()[i] = static_cast<std::uint8_t>(random.unit(i) * 256.0f);
  }
  return image;
}

float largest_difference(const Image& image, const nst::NpyArray& golden) {
  REQUIRE(golden.shape == std::vector<std::int64_t>{image.height, image.width, 3});
  float largest = 0.0f;
  for (std::size_t i = 0; i < golden.values.size(); ++i) {
    largest = std::max(largest, std::abs(image.f32()[i] - golden.values[i]));
  }
  return largest;
}

void check_golden(Resize method, const std::string& name, float tolerance) {
  const Image picture = golden_picture();
  for (const auto& [width, height] :
       {std::pair{23, 17}, {8, 8}, {11, 5}, {46, 34}, {31, 40}, {1, 1}, {5, 29}}) {
    const std::string file = std::string(NST_FIXTURES) + "/resize/" + name + "_" +
                             std::to_string(width) + "x" + std::to_string(height) + ".npy";
    CAPTURE(file);
    const nst::NpyArray golden = nst::decode_npy(nst::test::file_bytes(file), file);
    const Image resized = nst::resize(picture.view(), width, height, method);
    CHECK(largest_difference(resized, golden) <= tolerance);
  }
}

Image as_float(const Image& image) { return nst::resize(image.view(), image.width, image.height); }

}  // namespace

TEST_CASE("Resize::tf equals tf.image.resize, to the bit") { check_golden(Resize::tf, "tf", 0.0f); }

TEST_CASE("Resize::tf1 equals the legacy resize_bilinear, to the bit") {
  check_golden(Resize::tf1, "tf1", 0.0f);
}

TEST_CASE("Resize::smooth equals tf.image.resize with antialiasing") {
  // The bound allows for the rounding of TensorFlow's filter positions, which are floats. The error
  // of a position between 16 and 32 is up to 2e-6. It causes an error of at most 2e-6 in a sample,
  // which is in 0..1. Resizing along two axes doubles this to 4e-6.
  check_golden(Resize::smooth, "smooth", 4e-6f);
}

TEST_CASE("A flat picture stays flat to the bit, at any size and by any method") {
  for (const SampleType type : {SampleType::u8, SampleType::f32}) {
    for (const int channels : {3, 4}) {
      Image image(37, 23, channels, type);
      for (std::size_t i = 0; i < image.sample_count(); ++i) {
        const auto c = i % static_cast<std::size_t>(channels);
        if (type == SampleType::u8) {
          // The alpha differs from pixel to pixel. So the test fails if resizing mixes alpha into
          // the colours, or if the result still has alpha.
          image.u8()[i] = static_cast<std::uint8_t>(c == 3 ? i : 61 + 70 * c);
        } else {
          image.f32()[i] = c == 3 ? static_cast<float>(i) : 0.1f + 0.3f * static_cast<float>(c);
        }
      }
      for (const Resize method : {Resize::smooth, Resize::tf, Resize::tf1}) {
        for (const auto& [width, height] : {std::pair{11, 7}, {37, 61}, {100, 5}, {1, 1}}) {
          const Image resized = nst::resize(image.view(), width, height, method);
          std::size_t others = 0;
          for (std::size_t i = 0; i < resized.sample_count(); ++i) {
            const float want = type == SampleType::u8
                                   ? static_cast<float>(image.u8()[i % 3]) / 255.0f
                                   : image.f32()[i % 3];
            others += resized.f32()[i] == want ? 0 : 1;
          }
          CHECK(others == 0);
        }
      }
    }
  }
}

TEST_CASE("The same size keeps every sample, whatever the method") {
  const Image floats = random_image(19, 23, 3, SampleType::f32);
  const Image bytes = random_image(19, 23, 3, SampleType::u8);
  for (const Resize method : {Resize::smooth, Resize::tf, Resize::tf1}) {
    CHECK(nst::resize(floats.view(), 19, 23, method).bytes == floats.bytes);
    const Image converted = nst::resize(bytes.view(), 19, 23, method);
    for (std::size_t i = 0; i < bytes.sample_count(); ++i) {
      REQUIRE(converted.f32()[i] == static_cast<float>(bytes.u8()[i]) / 255.0f);
    }
  }
}

TEST_CASE("Alpha is dropped and never mixed into the colours") {
  const Image rgba = random_image(21, 15, 4, SampleType::u8);
  Image rgb(21, 15, 3, SampleType::u8);
  for (int i = 0; i < 21 * 15; ++i) std::memcpy(rgb.u8() + 3 * i, rgba.u8() + 4 * i, 3);
  for (const Resize method : {Resize::smooth, Resize::tf, Resize::tf1}) {
    for (const auto& [width, height] : {std::pair{21, 15}, {7, 9}, {40, 33}}) {
      CHECK(nst::resize(rgba.view(), width, height, method).bytes ==
            nst::resize(rgb.view(), width, height, method).bytes);
    }
  }
}

TEST_CASE("Rows with a stride are resized as if they were dense") {
  const Image wide = random_image(30, 12, 3, SampleType::f32);
  Image dense(13, 12, 3, SampleType::f32);
  for (int y = 0; y < 12; ++y) std::memcpy(dense.f32() + 39 * y, wide.f32() + 90 * y, 39 * 4);
  const nst::ImageView cut{wide.f32(), 13, 12, 3, SampleType::f32, 90 * 4};
  for (const Resize method : {Resize::smooth, Resize::tf, Resize::tf1}) {
    for (const auto& [width, height] : {std::pair{13, 12}, {5, 5}, {20, 30}}) {
      CHECK(nst::resize(cut, width, height, method).bytes ==
            nst::resize(dense.view(), width, height, method).bytes);
    }
  }
}

TEST_CASE("Smooth reduction keeps the mean, as every source sample counts the same") {
  const Image picture = as_float(random_image(96, 60, 3, SampleType::u8));
  const Image small = nst::resize(picture.view(), 12, 10, Resize::smooth);
  const auto mean = [](const Image& image) {
    double sum = 0.0;
    for (std::size_t i = 0; i < image.sample_count(); ++i) sum += image.f32()[i];
    return sum / static_cast<double>(image.sample_count());
  };
  // The bound allows for two causes of a difference. The mean of n noisy samples varies by about
  // 1/sqrt(n). Samples at the border count slightly more, because the filter is cut off there.
  CHECK(mean(small) == doctest::Approx(mean(picture)).epsilon(0.01));
}

TEST_CASE("A flat picture stays flat in every method and size") {
  for (const int level : {0, 1, 128, 255}) {
    Image flat(37, 29, 3, SampleType::u8);
    std::fill(flat.bytes.begin(), flat.bytes.end(), static_cast<std::uint8_t>(level));
    for (const Resize method : {Resize::smooth, Resize::tf, Resize::tf1}) {
      for (const auto& [width, height] : {std::pair{1, 1}, {10, 7}, {53, 90}}) {
        const Image out = nst::resize(flat.view(), width, height, method);
        for (std::size_t i = 0; i < out.sample_count(); ++i) {
          // The bound allows for rounding: the weights of an output sample add up to one only
          // within a few units in the last place.
          REQUIRE(std::abs(out.f32()[i] - static_cast<float>(level) / 255.0f) <= 3e-7f);
        }
      }
    }
  }
}

TEST_CASE("Impossible sizes are refused") {
  const Image picture = random_image(4, 4, 3, SampleType::u8);
  expect_error(ErrorCode::usage, [&] { (void)nst::resize(picture.view(), 0, 5); });
  expect_error(ErrorCode::usage, [&] { (void)nst::resize(picture.view(), 5, -1); });
  expect_error(ErrorCode::usage, [&] { (void)nst::resize(nst::ImageView{}, 5, 5); });
  expect_error(ErrorCode::limit,
               [&] { (void)nst::resize(picture.view(), 2147483647, 2147483647); });
}
