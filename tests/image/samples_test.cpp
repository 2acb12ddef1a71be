// Tests which floats are accepted as samples or style values, and which are refused.
#include "image/samples.hpp"

#include <cmath>
#include <limits>

#include "image/compose.hpp"
#include "image/npy.hpp"

using nst::ErrorCode;
using nst::Image;
using nst::SampleType;
using namespace nst::test;

namespace {

constexpr float kBad[] = {NAN, INFINITY, -INFINITY, 1e30f, 255.0f, 2.1f, 1.51f, -0.51f, -1.0f};

}  // namespace

TEST_CASE("Floats may overshoot 0..1 by a half, no more") {
  for (const int channels : {3, 4}) {
    Image image = random_image(9, 5, channels, SampleType::f32);
    const std::size_t at = static_cast<std::size_t>(channels) * (9 * 2 + 4) + 1;
    for (const float good : {-0.5f, -0.2f, 0.0f, 1.0f, 1.2f, 1.5f}) {
      image.f32()[at] = good;
      CHECK_NOTHROW(nst::check_samples(image.view(), "x"));
    }
    for (const float bad : kBad) {
      CAPTURE(bad);
      image.f32()[at] = bad;
      const std::string message =
          expect_error(ErrorCode::input, [&] { nst::check_samples(image.view(), "x"); });
      CHECK_MESSAGE(contains(message, "x 4, y 2, channel 1"), message);
      CHECK_MESSAGE(contains(message, std::isfinite(bad) ? "outside 0..1" : "not finite"), message);
    }
    image.f32()[at] = 0.5f;
    // check_samples() does not check alpha, so alpha may even be NaN.
    if (channels == 4) image.f32()[3] = NAN;
    CHECK_NOTHROW(nst::check_samples(image.view(), "x"));
  }
}

TEST_CASE("A .npy picture out of range is refused, one of another shape named as NumPy writes it") {
  Image image = random_image(4, 3, 3, SampleType::f32);
  for (const float bad : kBad) {
    image.f32()[7] = bad;
    const auto file = nst::encode_npy({3, 4, 3}, image.f32());
    (void)refusal(file);
  }
  const std::vector<float> values(300);
  const std::pair<std::vector<std::int64_t>, const char*> shapes[] = {
      {{1, 10, 10, 3}, "(1, 10, 10, 3)"},
      {{3, 10, 10}, "(3, 10, 10)"},
      {{10, 30}, "(10, 30)"},
      {{300}, "(300,)"},
      {{}, "()"},
      {{0, 10, 3}, "(0, 10, 3)"},
  };
  for (const auto& [shape, text] : shapes) {
    check_refused(nst::encode_npy(shape, values.data()), text);
  }
}

TEST_CASE("A style vector has finite values of a style's size") {
  nst::StyleVector style(100);
  style.values[50] = 9999.0f;
  CHECK_NOTHROW(nst::check_style_values(style, "x"));
  for (const float bad : {NAN, INFINITY, -INFINITY, 1e30f, -2e4f}) {
    style.values[50] = bad;
    CHECK(contains(expect_error(ErrorCode::input, [&] { nst::check_style_values(style, "x"); }),
                   "value 50"));
  }
}
