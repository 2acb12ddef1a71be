// Tests of the transitional C functions, which take and return styles as plain numbers.
#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "nst/nst.h"
#include "support/formula_model.hpp"

namespace nst::test {

TEST_CASE("The C interface takes and gives styles as plain numbers too") {
  nst_model* model = nullptr;
  REQUIRE(nst_model_default(&model) == NST_OK);
  const Image picture = formula_picture("content_b", 47, 61);
  std::vector<float> pixels(picture.f32(), picture.f32() + picture.sample_count());
  const nst_image content{pixels.data(), picture.width, picture.height, 3, NST_F32, 0, NST_RGB, 0};
  float numbers[NST_STYLE_SIZE];
  REQUIRE(nst_encode_style(model, &content, 64, NST_RESIZE_SMOOTH, nullptr, numbers) == NST_OK);
  nst_style* style = nullptr;
  nst_style_options small = NST_STYLE_OPTIONS_INIT;
  small.style_size = 64;
  REQUIRE(nst_style_encode(model, &content, &small, nullptr, &style) == NST_OK);
  CHECK(std::equal(numbers, numbers + NST_STYLE_SIZE, nst_style_values(style, nullptr)));

  std::vector<float> by_style(pixels.size()), by_numbers(pixels.size()), by_session(pixels.size());
  const auto target = [&](std::vector<float>& of) {
    return nst_image{of.data(), picture.width, picture.height, 3, NST_F32, 0, NST_RGB, 0};
  };
  const nst_image a = target(by_style), b = target(by_numbers), c = target(by_session);
  nst_painter* painter = nullptr;
  REQUIRE(nst_painter_create(model, nullptr, &painter) == NST_OK);
  REQUIRE(nst_painter_set_content(painter, &content, nullptr) == NST_OK);
  CHECK(nst_painter_paint_into(painter, style, nullptr, &a) == NST_OK);
  nst_painter_free(painter);
  CHECK(nst_stylize(model, &content, numbers, nullptr, &b) == NST_OK);
  nst_session* session = nullptr;
  REQUIRE(nst_session_create(model, &session) == NST_OK);
  CHECK(nst_session_set_content(session, &content, nullptr) == NST_OK);
  float again[NST_STYLE_SIZE];
  CHECK(nst_session_encode_style(session, &content, 64, NST_RESIZE_SMOOTH, nullptr, again) ==
        NST_OK);
  CHECK(nst_session_render(session, again, nullptr, &c) == NST_OK);
  CHECK(by_numbers == by_style);
  CHECK(by_session == by_style);

  float half[NST_STYLE_SIZE];
  CHECK(nst_blend_styles(numbers, numbers, 0.5f, half) == NST_OK);
  CHECK(half[7] == doctest::Approx(numbers[7]));
  CHECK(nst_stylize(model, &content, nullptr, nullptr, &b) == NST_ERROR_USAGE);
  nst_session_free(session);
  nst_style_free(style);
  nst_model_free(model);
}

}  // namespace nst::test
