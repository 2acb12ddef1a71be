// Tests of brush, fade, colours and mask in C.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>

#include "image/pictures.hpp"
#include "nst/nst.h"
#include "nst/nst.hpp"

namespace nst::test {

TEST_CASE("C: brush, fade, colours and mask as in C++, and options of before the brush") {
  const Image content = random_image(150, 100, 3, SampleType::u8);
  const Image mask = random_image(30, 20, 3, SampleType::u8, 9);
  nst_model* model = nullptr;
  nst_style* style = nullptr;
  nst_style* ink = nullptr;
  REQUIRE(nst_model_default(&model) == NST_OK);
  REQUIRE(nst_style_named("oil", &style) == NST_OK);
  REQUIRE(nst_style_named("ink", &ink) == NST_OK);
  nst_image in{};
  in.data = const_cast<std::uint8_t*>(content.u8());
  in.width = 150;
  in.height = 100;
  in.channels = 3;
  nst_image masking = in;
  masking.data = const_cast<std::uint8_t*>(mask.u8());
  masking.width = 30;
  masking.height = 20;
  nst_paint_options options = NST_PAINT_OPTIONS_INIT;
  options.brush = 60;
  options.fade = 0.75f;
  options.keep_colour = NST_KEEP_COLOUR_LUMA;
  options.mask = &masking;
  options.mask_style = ink;
  nst_image picture{};
  REQUIRE(nst_paint_style(model, &in, style, &options, nullptr, &picture) == NST_OK);
  const Image expected = paint(Model::default_model(), content.view(), StyleVector::named("oil"),
                               {.brush = 60,
                                .fade = 0.75f,
                                .keep_colour = KeepColour::luma,
                                .mask = mask.view(),
                                .mask_style = Style(StyleVector::named("ink"))});
  CHECK(std::equal(expected.bytes.begin(), expected.bytes.end(),
                   static_cast<const std::uint8_t*>(picture.data)));
  nst_image_free(&picture);
  nst_plan_info plan{};
  plan.struct_size = sizeof plan;
  REQUIRE(nst_plan_paint(model, 150, 100, &options, 1, 0, &plan) == NST_OK);
  CHECK(plan.picture_bytes > std::size_t{150} * 100 * 12);
  CHECK(plan.mac > 0);
  options.keep_colour = static_cast<nst_keep_colour>(3);
  CHECK(nst_paint_style(model, &in, style, &options, nullptr, &picture) == NST_ERROR_USAGE);
  // Tests a program that was compiled before the member `brush` was added. It passes a smaller
  // struct, which ends before `brush`.
  nst_paint_options older = NST_PAINT_OPTIONS_INIT;
  older.struct_size = offsetof(nst_paint_options, brush);
  // This invalid value must be ignored, because `fade` lies beyond the end of the smaller struct.
  older.fade = 7.0f;
  REQUIRE(nst_paint_style(model, &in, style, &older, nullptr, &picture) == NST_OK);
  nst_image_free(&picture);
  nst_style_free(ink);
  nst_style_free(style);
  nst_model_free(model);
}

}  // namespace nst::test
