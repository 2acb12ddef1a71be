// Tests of the pictures that networks accept: sample types, strides, alpha and sizes.
#include <doctest/doctest.h>

#include <chrono>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "api/open_model.hpp"
#include "base/expect_error.hpp"
#include "support/compare.hpp"
#include "support/formula_model.hpp"

namespace nst::test {
namespace {

Image u8_picture(int h, int w) {
  return to_u8(formula_picture("content_u8", h, w).view(), Quantise::nearest);
}

// Returns the samples of `image` with `channels` channels and `gap` unused bytes after each row. A
// fourth channel is filled with a pattern.
std::vector<std::uint8_t> spread(const Image& image, int channels, std::size_t gap) {
  const std::size_t sample = image.type == SampleType::u8 ? 1 : sizeof(float);
  std::vector<std::uint8_t> bytes;
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      const std::size_t pixel = (static_cast<std::size_t>(y) * image.width + x) * 3 * sample;
      bytes.insert(bytes.end(), image.bytes.begin() + static_cast<std::ptrdiff_t>(pixel),
                   image.bytes.begin() + static_cast<std::ptrdiff_t>(pixel + 3 * sample));
      if (channels == 4) bytes.insert(bytes.end(), sample, static_cast<std::uint8_t>(x * 7 + y));
    }
    bytes.insert(bytes.end(), gap, 0xff);  // NaN as floats, so that a test notices if they are read
  }
  return bytes;
}

int network_side(int side) { return 4 * (((side + 1) / 2 + 1) / 2); }

}  // namespace

TEST_CASE("Bytes are read as value / 255") {
  const Model model = formula_model("mobile");
  const Image bytes = u8_picture(40, 48);
  Image floats(bytes.width, bytes.height, 3, SampleType::f32);
  for (std::size_t i = 0; i < bytes.sample_count(); ++i) {
    floats.f32()[i] = static_cast<float>(bytes.u8()[i]) / 255.0f;
  }
  const StyleVector style = formula_style("style_a");
  CHECK(model.stylize(bytes.view(), style).bytes == model.stylize(floats.view(), style).bytes);
  CHECK(model.encode_style(bytes.view(), {.style_size = 0}).values ==
        model.encode_style(floats.view(), {.style_size = 0}).values);
  // resize may divide by 255 before or after it sums up, so the results may differ by float
  // rounding.
  const StyleVector from_bytes = model.encode_style(bytes.view(), {.style_size = 64});
  const StyleVector from_floats = model.encode_style(floats.view(), {.style_size = 64});
  CHECK(difference(samples(from_bytes), samples(from_floats)).max <= 1e-5);
}

TEST_CASE("Row strides are honoured and alpha is ignored") {
  const Model model = formula_model("mobile");
  const StyleVector style = formula_style("style_a");
  for (const SampleType type : {SampleType::u8, SampleType::f32}) {
    const Image image =
        type == SampleType::u8 ? u8_picture(33, 41) : formula_picture("content_a", 33, 41);
    const std::ptrdiff_t sample = type == SampleType::u8 ? 1 : sizeof(float);
    const Image expected = model.stylize(image.view(), style);
    const StyleVector expected_style = model.encode_style(image.view());
    for (const int channels : {3, 4}) {
      for (const int gap_samples : {0, 1, 13}) {
        CAPTURE(sample);
        CAPTURE(channels);
        CAPTURE(gap_samples);
        const std::ptrdiff_t gap = gap_samples * sample;
        const std::vector<std::uint8_t> bytes =
            spread(image, channels, static_cast<std::size_t>(gap));
        const ImageView view{bytes.data(), image.width, image.height,
                             channels,     type,        image.width * channels * sample + gap};
        CHECK(model.stylize(view, style).bytes == expected.bytes);
        CHECK(model.encode_style(view).values == expected_style.values);
        Session session(model);
        session.set_content(view);
        CHECK(session.render(style).bytes == expected.bytes);
      }
    }
  }
}

TEST_CASE(
    "Every size from 5x5 on gives the network's own size, as the reference kernels paint it") {
  struct Size {
    int h, w;
  };
  const Size sizes[] = {{5, 5},   {5, 6},  {6, 5},  {7, 9},   {8, 8},  {9, 5},
                        {13, 10}, {5, 67}, {71, 5}, {16, 23}, {31, 33}};
  for (const char* name : {"mobile", "separable_zero"}) {
    const std::vector<std::uint8_t> file = formula_model_file(formula_network(name));
    const Model model = formula_model(name);
    const Model oracle =
        open_model_with_table(file.data(), file.size(), name, kernels::reference_table());
    const StyleVector style = formula_style("style_a");
    for (const Size size : sizes) {
      const std::string label =
          std::string(name) + " " + std::to_string(size.w) + "x" + std::to_string(size.h);
      CAPTURE(label);
      const Image content = formula_picture("content_sizes", size.h, size.w);
      const Image image = model.stylize(content.view(), style);
      CHECK(image.width == network_side(size.w));
      CHECK(image.height == network_side(size.h));
      CHECK(image.channels == 3);
      REQUIRE(image.type == SampleType::f32);
      // The bound is that of the accuracy table in the README. A norm over few pixels magnifies
      // rounding errors, but the bound must still hold.
      const Difference d =
          difference(samples(image), samples(oracle.stylize(content.view(), style)));
      CHECK_MESSAGE(d.max <= 1e-3, to_string(d));
      for (const float v : samples(image)) {
        if (!(v >= 0.0f && v <= 1.0f)) FAIL_CHECK("a sample outside [0, 1]: " << v);
      }
    }
  }
}

TEST_CASE("A content too small for reflection is an input error that says so") {
  const Model model = formula_model("mobile");
  const StyleVector style = formula_style("style_a");
  struct Size {
    int h, w;
  };
  for (const Size size : {Size{4, 5}, {5, 4}, {1, 1}, {4, 400}, {400, 1}}) {
    CAPTURE(size.h);
    CAPTURE(size.w);
    const Image content(size.w, size.h, 3, SampleType::u8);
    const std::string message =
        expect_error(ErrorCode::input, [&] { model.stylize(content.view(), style); });
    CHECK_MESSAGE(contains(message, "5×5"), message);
    CHECK_MESSAGE(contains(message, std::to_string(size.w) + "×" + std::to_string(size.h)),
                  message);
    Session session(model);
    expect_error(ErrorCode::input, [&] { session.set_content(content.view()); });
    expect_error(ErrorCode::usage, [&] { session.render(style); });
    const Image fits = formula_picture("content_a", 40, 48);
    session.set_content(fits.view());
    CHECK(session.render(style).bytes == model.stylize(fits.view(), style).bytes);
  }
}

TEST_CASE("Inception-v3 needs a style of 43 pixels after the resize, MobileNetV2 takes any") {
  const StyleOptions as_is{.style_size = 0};
  const Model inception = formula_model("inception");
  const Image thin = formula_picture("style_thin", 42, 60);
  expect_error(ErrorCode::input, [&] { inception.encode_style(thin.view(), as_is); });
  const Image turned = formula_picture("style_thin", 60, 42);
  expect_error(ErrorCode::input, [&] { inception.encode_style(turned.view(), as_is); });
  const Image smallest = formula_picture("style_small", 43, 43);
  for (const float v : inception.encode_style(smallest.view(), as_is).values) {
    CHECK(std::isfinite(v));
  }
  // Tests that a style picture that is too small for the predictor is accepted if it is enlarged
  // first.
  for (const float v : inception.encode_style(thin.view(), {.style_size = 43}).values) {
    CHECK(std::isfinite(v));
  }
  const Image pixel = formula_picture("style_pixel", 1, 1);
  for (const float v : formula_model("mobile").encode_style(pixel.view(), as_is).values) {
    CHECK(std::isfinite(v));
  }
}

TEST_CASE("A style is resized by its shorter side before it is encoded") {
  const Model model = formula_model("mobile");
  const Image style = formula_picture("style_b", 108, 140);
  for (const Resize method : {Resize::smooth, Resize::tf, Resize::tf1}) {
    const Image resized = resize(style.view(), 70, 54, method);
    const StyleVector expected = model.encode_style(resized.view(), {.style_size = 0});
    CHECK(model.encode_style(style.view(), {.style_size = 54, .resize = method}).values ==
          expected.values);
  }
  CHECK(model.encode_style(style.view(), {.style_size = 108}).values ==
        model.encode_style(style.view(), {.style_size = 0}).values);
}

TEST_CASE("A view that makes no sense is a usage error") {
  const Model model = formula_model("mobile");
  const StyleVector style = formula_style("style_a");
  const Image image = u8_picture(40, 48);
  const auto refused = [&](auto change) {
    ImageView view = image.view();
    change(view);
    expect_error(ErrorCode::usage, [&] { model.stylize(view, style); });
    expect_error(ErrorCode::usage, [&] { model.encode_style(view); });
    Session session(model);
    expect_error(ErrorCode::usage, [&] { session.set_content(view); });
  };
  refused([](ImageView& v) { v.data = nullptr; });
  refused([](ImageView& v) { v.width = 0; });
  refused([](ImageView& v) { v.height = -3; });
  refused([](ImageView& v) { v.channels = 2; });
  refused([](ImageView& v) { v.channels = 5; });
  refused([](ImageView& v) { v.row_stride_bytes = 48 * 3 - 1; });
  for (const int threads : {-1, 100000}) {
    expect_error(ErrorCode::usage,
                 [&] { model.stylize(image.view(), style, {.threads = threads}); });
  }
}

TEST_CASE("Samples and style values that are none are input errors, whoever gives them") {
  const Model model = formula_model("mobile");
  const StyleVector style = formula_style("style_a");
  const Image good = formula_picture("content_a", 40, 48);
  Session session(model);
  session.set_content(good.view());
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  for (const float bad : {std::nanf(""), kInfinity, -kInfinity, 1e30f, -1e30f, 255.0f}) {
    CAPTURE(bad);
    Image image = good;
    image.f32()[1234] = bad;
    const auto refused = [&](auto call, const char* what) {
      const std::string message = expect_error(ErrorCode::input, call);
      CHECK_MESSAGE(contains(message, what), message);
    };
    refused([&] { model.stylize(image.view(), style); }, "content picture");
    refused([&] { model.encode_style(image.view(), {.style_size = 0}); }, "style picture");
    refused([&] { model.encode_style(image.view(), {.style_size = 16}); }, "style picture");
    Session other(model);
    refused([&] { other.set_content(image.view()); }, "content picture");
    expect_error(ErrorCode::usage, [&] { other.render(style); });
    if (bad == 255.0f) continue;
    StyleVector broken = style;
    broken.values[50] = bad;
    refused([&] { model.stylize(good.view(), broken); }, "style vector");
    refused([&] { session.render(broken); }, "style vector");
  }
  CHECK(session.render(style).bytes == model.stylize(good.view(), style).bytes);
}

TEST_CASE("A style longer than 16 times its width gets no more pixels than one of that aspect") {
  const Model model = formula_model("mobile");
  const auto same = [&](int h, int w, int style_size, int resized_h, int resized_w) {
    CAPTURE(w);
    const Image style = formula_picture("style_b", h, w);
    const Image resized = resize(style.view(), resized_w, resized_h);
    CHECK(model.encode_style(style.view(), {.style_size = style_size}).values ==
          model.encode_style(resized.view(), {.style_size = 0}).values);
  };
  // At an aspect of 16:1, the shorter side of the style is still resized to style_size.
  same(3, 48, 32, 32, 512);
  same(48, 3, 32, 512, 32);
  // At an aspect of 64:1, the resized style gets as many pixels as a style of aspect 16:1. So its
  // shorter side is 16, which is half of style_size, and its longer side is 64 times as long.
  same(3, 192, 32, 16, 1024);
  same(1, 300, 32, 7, 2217);
  same(300, 1, 32, 2217, 7);
  // Tests that a thin style is reduced even if its shorter side already equals style_size.
  same(32, 2048, 32, 16, 1024);
}

TEST_CASE("A style too large for the memory is a limit, known before it is resized") {
  const Model model = formula_model("mobile");
  const Image style = formula_picture("style_b", 20, 20);
  const auto start = std::chrono::steady_clock::now();
  for (const int size : {16384, 100000, 2000000000}) {
    CAPTURE(size);
    const std::string message = expect_error(
        ErrorCode::limit, [&] { model.encode_style(style.view(), {.style_size = size}); });
    CHECK_MESSAGE(contains(message, "smaller style size"), message);
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  // The style must be refused before it is resized. Resizing it would take longer than two seconds.
  CHECK(took.count() < 2.0);
}

}  // namespace nst::test
