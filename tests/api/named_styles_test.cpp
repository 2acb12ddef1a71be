// Tests that each named style is the style vector that the default model computes from its sample
// painting. Also tests that named styles are found by name.
#include "api/named_styles.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <set>
#include <string>

#include "api/default_model.hpp"
#include "base/expect_error.hpp"
#include "base/hash.hpp"
#include "nst/nst.h"
#include "nst/nst.hpp"

namespace nst::test {

TEST_CASE("The named styles were made by the embedded model: else run nst-make-styles again") {
  CHECK(std::string(named_styles_model()) == sha256_hex(default_model_bytes()));
}

TEST_CASE("Each named style is what the default model makes of its sample painting") {
  const Model model = Model::default_model();
  const auto styles = named_styles();
  CHECK(styles.size() >= 12);
  std::set<std::string> names;
  for (const NamedStyle& style : styles) {
    CAPTURE(style.name);
    CHECK(names.insert(style.name).second);
    CHECK_FALSE(style.description.empty());
    const StyleVector vector = StyleVector::named(style.name);
    CHECK_NOTHROW(model.check_style(vector));
    CHECK(vector.space == model.info().style_space);
    const Image painting = read_image(std::string(NST_SAMPLES) + "/style-" + style.name + ".jpg");
    const StyleVector encoded = model.encode_style(painting.view());
    double largest = 0.0;
    for (std::size_t i = 0; i < vector.size(); ++i) {
      largest = std::max(largest, std::abs(double{vector.values[i]} - double{encoded.values[i]}));
    }
    // The values of a style vector are up to 3. Between instruction sets they differ by 1e-5, so
    // the bound is usually 1e-4. stb_image's samples of a JPEG file differ from libjpeg's by up to
    // 1 of 255, so builds with stb_image have a bound of 0.05.
    CHECK(largest < (NST_JPEG_BY_STB ? 0.05 : 1e-4));
  }
}

TEST_CASE("A wrong name of a style is refused with the nearest ones") {
  for (const char* wrong : {"oill", "", "OIL", "water color", "../oil"}) {
    CAPTURE(wrong);
    const std::string message = expect_error(ErrorCode::usage, [&] { StyleVector::named(wrong); });
    CHECK(contains(message, "the nearest are "));
  }
  CHECK(contains(expect_error(ErrorCode::usage, [] { StyleVector::named("watercolor"); }),
                 "watercolour"));
  CHECK(expect_error(ErrorCode::usage, [] {
          StyleVector::named(std::string(100000, 'x'));
        }).size() < 200000);
}

TEST_CASE("C: named styles can be listed and used") {
  const char* description = nullptr;
  const auto styles = named_styles();
  for (std::size_t i = 0; i < styles.size(); ++i) {
    CHECK(nst_named_style(i, &description) == styles[i].name);
    CHECK(description == styles[i].description);
  }
  CHECK(nst_named_style(styles.size(), nullptr) == nullptr);
  nst_style* style = nullptr;
  REQUIRE(nst_style_named("glass", &style) == NST_OK);
  std::size_t size = 0;
  const float* values = nst_style_values(style, &size);
  CHECK(std::vector<float>(values, values + size) == StyleVector::named("glass").values);
  nst_style_free(style);
  CHECK(nst_style_named("glas", &style) == NST_ERROR_USAGE);
  CHECK(nst_style_named(nullptr, &style) == NST_ERROR_USAGE);
}

}  // namespace nst::test
