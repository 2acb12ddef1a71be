// Compares nst::paint and nst::Painter with the same work done step by step: encoding, stylizing,
// cropping and rounding to bytes.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "base/expect_error.hpp"
#include "graph/program.hpp"
#include "image/pictures.hpp"
#include "nst/nst.hpp"
#include "support/formula_model.hpp"

namespace nst::test {
namespace {

// Paints a picture step by step and returns it: u8, of the content's size.
Image by_steps(const Model& model, const ImageView& rgb, const StyleVector& style,
               Quantise quantise = Quantise::nearest) {
  const Image painted = model.stylize(rgb, style);
  ImageView cropped = painted.view();
  cropped.row_stride_bytes = std::ptrdiff_t{painted.width} * 3 * std::ptrdiff_t{sizeof(float)};
  cropped.width = rgb.width;
  cropped.height = rgb.height;
  return to_u8(cropped, quantise);
}

bool same(const Image& a, const Image& b) {
  return a.width == b.width && a.height == b.height && a.channels == b.channels &&
         a.type == b.type && a.bytes == b.bytes;
}

std::uint64_t lowerings_of(const auto& call) {
  const std::uint64_t before = lowering_count();
  call();
  return lowering_count() - before;
}

const Model& default_model() {
  static const Model model = Model::default_model();
  return model;
}

}  // namespace

TEST_CASE("paint is what its single steps make, at every odd size") {
  const Model& model = default_model();
  const Image painting = random_image(90, 70, 3, SampleType::u8, 8);
  const StyleVector style = model.encode_style(painting.view(), {64, Resize::smooth});
  for (const auto& [w, h] : {std::pair{5, 5}, {6, 9}, {37, 29}, {64, 64}, {101, 43}}) {
    const Image content = random_image(w, h, 3, SampleType::u8);
    CHECK(same(paint(model, content.view(), style), by_steps(model, content.view(), style)));
    const PaintOptions options{.style = {64, Resize::smooth}};
    CHECK(same(paint(model, Image(content), painting, options),
               by_steps(model, content.view(), style)));
    CHECK(same(paint(model, content.view(), style, {.raw = true}),
               model.stylize(content.view(), style)));
  }
}

TEST_CASE("paint resizes the content and keeps, composes or drops its alpha") {
  const Model& model = default_model();
  const StyleVector style(model.info().style_size);
  const Image content = random_image(61, 47, 4, SampleType::u8);
  const Colour red{200, 10, 20};
  const Image seen = compose(content.view(), red);
  for (const Resize method : {Resize::smooth, Resize::tf, Resize::tf1}) {
    for (const Size size : {Size{61, 47}, Size{30, 41}, Size{80, 70}}) {
      const Image resized = resize(seen.view(), size.width, size.height, method);
      const Image rgb = by_steps(model, resized.view(), style);
      const Image alpha = resized_alpha(content.view(), size.width, size.height, method);
      const Image rgba = with_alpha(rgb.view(), alpha);
      PaintOptions options{.size = {0, size}, .resize = method, .background = red};
      CHECK(same(paint(model, content.view(), style, options), rgba));
      options.alpha = AlphaOutput::compose;
      CHECK(same(paint(model, content.view(), style, options), compose(rgba.view(), red)));
      options.alpha = AlphaOutput::drop;
      CHECK(same(paint(model, content.view(), style, options), rgb));
    }
  }
}

TEST_CASE("paint weakens a style towards the content's own and mixes any number of styles") {
  const Model& model = default_model();
  const Image content = random_image(70, 50, 3, SampleType::u8);
  const Image first = random_image(64, 64, 3, SampleType::u8, 5);
  const Image second = random_image(80, 64, 3, SampleType::u8, 6);
  const StyleOptions encoding{64, Resize::tf};
  const StyleVector a = model.encode_style(first.view(), encoding);
  const StyleVector b = model.encode_style(second.view(), encoding);
  const StyleVector own = model.encode_style(content.view(), {32, Resize::smooth});
  const std::vector<StyleVector> both{a, b};
  const std::vector<double> weights{3.0, 1.0};
  const StyleVector mix = StyleVector::blend(both, weights);
  for (std::size_t i = 0; i < mix.size(); ++i) {
    CHECK(mix.values[i] == doctest::Approx(0.75f * a.values[i] + 0.25f * b.values[i]));
  }
  CHECK(mix.space == a.space);

  PaintOptions options{.style = encoding, .own_style = StyleOptions{32, Resize::smooth}};
  options.strength = 0.25f;
  const Style style(std::vector<Style::Part>{{first.view(), 3.0}, {b, 1.0}});
  CHECK(same(paint(model, content.view(), style, options),
             by_steps(model, content.view(), StyleVector::blend(own, mix, 0.25f))));
  Painter painter(model, options);
  painter.set_content(content.view());
  CHECK(same(painter.paint(style), paint(model, content.view(), style, options)));

  const std::vector<double> none{1.0, -1.0};
  expect_error(ErrorCode::usage, [&] { StyleVector::blend(both, none); });
  expect_error(ErrorCode::usage, [&] { StyleVector::blend(both, std::vector<double>{1.0}); });
  expect_error(ErrorCode::usage, [&] { StyleVector::blend({}, {}); });
  expect_error(ErrorCode::usage,
               [&] { paint(model, content.view(), Style(std::vector<Style::Part>{})); });
  options.strength = 2.5f;
  expect_error(ErrorCode::usage, [&] { paint(model, content.view(), a, options); });
}

TEST_CASE("The preset tfhub squeezes both pictures to 256 by tf and truncates") {
  const Model& model = default_model();
  const Image content = random_image(37, 80, 4, SampleType::u8);
  const Image painting = random_image(50, 90, 3, SampleType::u8, 9);
  const Image square = resize(painting.view(), 256, 256, Resize::tf);
  const StyleVector style = model.encode_style(square.view(), {0, Resize::tf});
  const Image input = resize(compose(content.view()).view(), 256, 256, Resize::tf);
  CHECK(same(paint(model, content.view(), painting, tfhub_preset()),
             by_steps(model, input.view(), style, Quantise::truncate)));
}

TEST_CASE("A painter paints many styles and contents as paint does, into any memory") {
  const Model& model = default_model();
  const Image first = random_image(45, 33, 4, SampleType::u8, 1);
  const Image second = random_image(45, 33, 3, SampleType::u8, 2);
  const Image third = random_image(20, 60, 3, SampleType::f32, 3);
  const Image painting = random_image(64, 64, 3, SampleType::u8, 4);
  Painter painter(model);
  expect_error(ErrorCode::usage, [&] { painter.paint(painting); });
  const StyleVector style = painter.encode(painting);
  CHECK(style.values == model.encode_style(painting.view()).values);
  for (const Image* content : {&first, &second, &third, &first}) {
    painter.set_content(content->view());
    CHECK(painter.picture_size() == Size{content->width, content->height});
    CHECK(painter.picture_channels() == (content == &first ? 4 : 3));
    const Image expected = paint(model, content->view(), style);
    CHECK(same(painter.paint(style), expected));
    CHECK_FALSE(same(painter.paint(StyleVector(model.info().style_size)), expected));
    CHECK(same(painter.paint(painting), expected));
  }

  // Paints the painter's first content into a BGRA frame with gaps between its rows. The frame is
  // one row and one column smaller than the picture.
  const Image expected = paint(model, first.view(), style);
  const int w = 44, h = 32, stride = 4 * w + 12;
  std::vector<std::uint8_t> frame(static_cast<std::size_t>(stride * h), 77);
  painter.paint_into({frame.data(), w, h, 4, SampleType::u8, stride, PixelFormat::bgr}, style);
  int wrong = 0;
  for (int y = 0; y < h; ++y) {
    for (int x = 0; x < w; ++x) {
      const std::uint8_t* from = expected.u8() + 4 * (45 * y + x);
      const std::uint8_t* to = frame.data() + stride * y + 4 * x;
      wrong += from[0] != to[2] || from[1] != to[1] || from[2] != to[0] || from[3] != to[3];
    }
    for (int gap = 4 * w; gap < stride; ++gap) wrong += frame[stride * y + gap] != 77;
  }
  CHECK(wrong == 0);
  std::vector<float> floats(std::size_t{3} * 45 * 33);
  painter.paint_into({floats.data(), 45, 33, 3, SampleType::f32}, style);
  const Image raw = paint(model, first.view(), style, {.raw = true});
  CHECK(std::memcmp(floats.data(), raw.f32(), 3 * 45 * sizeof(float)) == 0);
  expect_error(ErrorCode::usage, [&] {
    painter.paint_into({frame.data(), 46, 33, 3, SampleType::u8}, style);
  });
  painter.set_options({.size = {0, {16, 16}}});
  expect_error(ErrorCode::usage, [&] { painter.paint(style); });
}

TEST_CASE("Frames of every pixel format are painted as the RGB picture they are") {
  const Model& model = default_model();
  const StyleVector style(model.info().style_size);
  const int w = 23, h = 17;
  const Image rgba = random_image(w, h, 4, SampleType::u8);
  std::vector<std::uint8_t> bgra(rgba.bytes.size()), planes(rgba.bytes.size());
  for (int i = 0; i < w * h; ++i) {
    const std::uint8_t* p = rgba.u8() + 4 * i;
    const std::uint8_t swapped[4] = {p[2], p[1], p[0], p[3]};
    std::memcpy(bgra.data() + 4 * i, swapped, 4);
    for (int c = 0; c < 4; ++c) planes[static_cast<std::size_t>(c * w * h + i)] = p[c];
  }
  for (const PaintOptions& options : {PaintOptions{}, PaintOptions{.size = {12}}}) {
    const Image expected = paint(model, rgba.view(), style, options);
    const ImageView bgr{bgra.data(), w, h, 4, SampleType::u8, 0, PixelFormat::bgr};
    CHECK(same(paint(model, bgr, style, options), expected));
    const ImageView planar{planes.data(), w, h, 4, SampleType::u8, 0, PixelFormat::planar};
    CHECK(same(paint(model, planar, style, options), expected));
  }
  // A view of the picture, upside down. It begins at the last row and has a negative stride.
  const ImageView upside{
      bgra.data() + 4 * w * (h - 1), w, h, 4, SampleType::u8, -4 * w, PixelFormat::bgr};
  Image turned(w, h, 4, SampleType::u8);
  for (int y = 0; y < h; ++y) {
    std::memcpy(turned.u8() + 4 * w * y, rgba.u8() + 4 * w * (h - 1 - y), 4 * w);
  }
  CHECK(same(paint(model, upside, style), paint(model, turned.view(), style)));

  const Image floats = random_image(w, h, 3, SampleType::f32);
  Image grey(w, h, 3, SampleType::f32);
  std::vector<float> levels(static_cast<std::size_t>(w * h));
  for (int i = 0; i < w * h; ++i) {
    levels[static_cast<std::size_t>(i)] = floats.f32()[i];
    for (int c = 0; c < 3; ++c) grey.f32()[3 * i + c] = floats.f32()[i];
  }
  const ImageView one{levels.data(), w, h, 1, SampleType::f32, 0, PixelFormat::grey};
  CHECK(same(paint(model, one, style), paint(model, grey.view(), style)));
  CHECK(model.stylize(one, style).bytes == model.stylize(grey.view(), style).bytes);
  const StyleOptions small{12};
  CHECK(model.encode_style(one, small).values == model.encode_style(grey.view(), small).values);
  levels[20] = 7.0f;
  CHECK(contains(expect_error(ErrorCode::input, [&] { paint(model, one, style); }), "x 20, y 0"));
  expect_error(ErrorCode::usage, [&] { to_u8(one); });
  expect_error(ErrorCode::usage, [&] {
    paint(model, {levels.data(), w, h, 3, SampleType::f32, 0, PixelFormat::grey}, style);
  });
}

TEST_CASE("A photo is lowered twice, three times with strength, and a bar costs nothing") {
  const Image content = random_image(64, 43, 4, SampleType::u8);
  const Image painting = random_image(70, 60, 3, SampleType::u8, 5);
  CHECK(lowerings_of([] { Model::default_model(); }) == 0);
  const Model& model = default_model();
  RunOptions run;
  CHECK(lowerings_of([&] { paint(model, content.view(), painting, {}, run); }) == 2);
  run.progress = [](double) { return true; };
  CHECK(lowerings_of([&] { paint(model, content.view(), painting, {}, run); }) == 2);
  const PaintOptions weak{.strength = 0.5f};
  CHECK(lowerings_of([&] { paint(model, content.view(), painting, weak, run); }) == 3);
  const StyleVector style = model.encode_style(painting.view());
  CHECK(lowerings_of([&] { paint(model, content.view(), style, {}, run); }) == 1);
  // This picture is too large for a plan that stores all tensors. The library must know this from
  // the size, without lowering the network to such a plan first.
  const Image large = random_image(1040, 1024, 3, SampleType::u8);
  const PaintOptions once{.brush = kBrushOff};
  CHECK(lowerings_of([&] { paint(model, large.view(), style, once, run); }) == 1);
  // By default a brush paints at three sizes, whose shorter sides are 256, 512 and 1024. Each size
  // has a plan of its own.
  CHECK(lowerings_of([&] { paint(model, large.view(), style, {}, {}); }) == 3);

  Painter painter(model);
  CHECK(lowerings_of([&] {
          painter.set_content(content.view());
          for (int i = 0; i < 3; ++i) painter.paint(painting);
          painter.set_content(content.view());
          painter.paint(style);
        }) == 2);
}

TEST_CASE("Progress covers all stages, rises to 1, and stops at any of them") {
  const Model& model = default_model();
  const Image content = random_image(200, 160, 3, SampleType::u8);
  const Image painting = random_image(70, 60, 3, SampleType::u8, 5);
  const PaintOptions options{.strength = 0.5f};
  std::vector<double> told;
  RunOptions run{.progress = [&](double fraction) {
    told.push_back(fraction);
    return true;
  }};
  paint(model, content.view(), painting, options, run);
  // There are at least three stages: the painting and the content are encoded, because strength is
  // not 1, and the content is painted. Each stage ends with a call of the progress callback.
  REQUIRE(told.size() >= 3);
  CHECK(std::is_sorted(told.begin(), told.end()));
  CHECK(told.back() == doctest::Approx(1.0));
  CHECK(told.front() < 0.9);
  for (std::size_t stop = 0; stop < 3; ++stop) {
    std::size_t calls = 0;
    run.progress = [&](double) { return ++calls <= stop; };
    expect_error(ErrorCode::cancelled,
                 [&] { paint(model, content.view(), painting, options, run); });
  }
}

TEST_CASE("An error says which picture it is about") {
  const Model& model = default_model();
  const Image content = random_image(20, 20, 3, SampleType::u8);
  const Image tiny = random_image(4, 20, 3, SampleType::u8);
  Image bad = random_image(70, 60, 3, SampleType::f32);
  bad.f32()[7] = 9.0f;
  const auto message = [&](const Image& picture, const Style& style) {
    return expect_error(ErrorCode::input, [&] {
      paint(model, picture.view(), style, {.content_name = "photo.jpg"});
    });
  };
  CHECK(message(tiny, StyleVector(model.info().style_size)).starts_with("photo.jpg: "));
  CHECK(message(bad, StyleVector(model.info().style_size)).starts_with("photo.jpg: "));
  CHECK(message(content, Style::Part{bad.view(), 1.0, {}, "oil.jpg"}).starts_with("oil.jpg: "));
  CHECK(message(content, Style::Part{StyleVector(3), 1.0, {}, "v.npy"}).starts_with("v.npy: "));
}

}  // namespace nst::test
