// Tests of what painting does beside the network: brush, fade, colours and mask, in nst::paint and
// nst::Painter.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "base/expect_error.hpp"
#include "image/match_colour.hpp"
#include "image/pictures.hpp"
#include "image/slow_blur.hpp"
#include "nst/nst.hpp"

namespace nst::test {
namespace {

const Model& default_model() {
  static const Model model = Model::default_model();
  return model;
}

StyleVector oil() { return StyleVector::named("oil"); }

// Returns a picture that resembles a photo: smooth gradients with some noise.
Image photo(int width, int height, int channels = 3) {
  Image image(width, height, channels, SampleType::u8);
  const Image noise = random_image(width, height, 3, SampleType::u8, 12);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      std::uint8_t* pixel = image.u8() + channels * (y * width + x);
      const std::uint8_t* grain = noise.u8() + 3 * (y * width + x);
      const int values[3] = {70 + 110 * x / width, 80 + 90 * y / height, 110 + 40 * (x + y) / 200};
      for (int c = 0; c < 3; ++c) {
        pixel[c] = static_cast<std::uint8_t>(std::min(values[c] + grain[c] / 6, 255));
      }
      if (channels == 4) pixel[3] = static_cast<std::uint8_t>(255 * x / width);
    }
  }
  return image;
}

bool same(const Image& a, const Image& b) {
  return a.width == b.width && a.height == b.height && a.channels == b.channels &&
         a.type == b.type && a.bytes == b.bytes;
}

// Paints the content by paint() and returns the picture. Checks that the same bytes result with a
// Painter, with more threads and with a memory limit.
Image painted_every_way(const Image& content, const Style& style, const PaintOptions& options) {
  const Model& model = default_model();
  const Image picture = paint(model, content.view(), style, options, {.threads = 1});
  CHECK(same(paint(model, Image(content), style, options, {.threads = 3}), picture));
  const PlanInfo plan = plan_paint(model, {content.width, content.height}, options, 1);
  const std::size_t needed = plan.arena_bytes + plan.scratch_bytes + plan.picture_bytes;
  // Memory in bytes that is enough to encode a style.
  constexpr std::size_t kPredictor = std::size_t{8} << 20;
  const RunOptions within{.threads = 1, .max_memory_bytes = std::max(needed, kPredictor)};
  CHECK(same(paint(model, content.view(), style, options, within), picture));
  Painter painter(model, options);
  for (int i = 0; i < 2; ++i) {
    Image freed = content;
    painter.set_content(freed.view());
    freed = {};
    CHECK(same(painter.paint(style), picture));
    CHECK_FALSE(same(painter.paint(StyleVector::named("ink")), picture));
    CHECK(same(painter.paint(style), picture));
  }
  return picture;
}

double level(const Image& image, int pixel, int channel) {
  return image.u8()[image.channels * pixel + channel];
}

double luma(const Image& image, int pixel) {
  return 0.299 * level(image, pixel, 0) + 0.587 * level(image, pixel, 1) +
         0.114 * level(image, pixel, 2);
}

}  // namespace

TEST_CASE("A content that is given away is painted over, to the same picture") {
  const Style style = oil();
  for (const int channels : {3, 4}) {
    CAPTURE(channels);
    const Image content = photo(60, 40, channels);
    for (const PaintOptions& options :
         {PaintOptions{}, PaintOptions{.fade = 0.5f}, PaintOptions{.alpha = AlphaOutput::drop},
          PaintOptions{.size = {.exact = {50, 40}}}, PaintOptions{.type = SampleType::f32}}) {
      (void)painted_every_way(content, style, options);
    }
  }
}

TEST_CASE("A brush paints the recipe: from small to large, low frequencies of the small one") {
  const Model& model = default_model();
  const Image content = photo(150, 100);
  const Image picture = painted_every_way(content, oil(), {.brush = 60});
  // Computes the expected picture step by step as the brush does. Blurs whole pictures by the slow
  // reference version of the blur.
  const Image small = resize(content.view(), 90, 60);
  // The network rounds sides up to a multiple of 4: this picture has 92×60 pixels.
  const Image coarse = model.stylize(small.view(), oil());
  ImageView cropped = coarse.view();
  cropped.row_stride_bytes = std::ptrdiff_t{92} * 3 * std::ptrdiff_t{sizeof(float)};
  cropped.width = 90;
  const Image enlarged = resize(cropped, 150, 100);
  Image mixed = resize(content.view(), 150, 100);
  for (std::size_t i = 0; i < mixed.sample_count(); ++i) {
    mixed.f32()[i] = 0.5f * mixed.f32()[i] + 0.5f * enlarged.f32()[i];
  }
  const Image fine = model.stylize(mixed.view(), oil());  // 152×100 pixels
  FloatPicture u({150, 100}), f({150, 100});
  for (int y = 0; y < 100; ++y) {
    std::copy_n(enlarged.f32() + 450 * y, 450, u.row(y));
    std::copy_n(fine.f32() + 456 * y, 450, f.row(y));
  }
  // Replaces the low frequencies by those of the coarse picture. Does so twice, because the
  // clamping of the first pass changes them again.
  const FloatPicture low_u = blurred_slowly(u, 12.0, 4.0);
  for (int pass = 0; pass < 2; ++pass) {
    const FloatPicture low_f = blurred_slowly(f, 12.0, 4.0);
    for (int y = 0; y < 100; ++y) {
      for (int i = 0; i < 450; ++i) {
        f.row(y)[i] = std::clamp(f.row(y)[i] + low_u.row(y)[i] - low_f.row(y)[i], 0.0f, 1.0f);
      }
    }
  }
  double worst = 0.0, sum = 0.0;
  for (int y = 0; y < 100; ++y) {
    for (int i = 0; i < 450; ++i) {
      const double error = std::abs(f.row(y)[i] * 255.0 - picture.u8()[450 * y + i]);
      worst = std::max(worst, error);
      sum += error;
    }
  }
  // The bounds allow for two kinds of error. Rounding to bytes causes a mean error of 0.25. The
  // blur causes the largest errors, at the right edge: the engine blurs a reduced picture with a
  // pixel for each cell of 4×4 pixels, but cells at this edge are six pixels wide.
  CHECK(worst < 6.0);
  CHECK(sum / 45000.0 < 0.35);
  CHECK_FALSE(same(picture, paint(model, content.view(), oil(), {.brush = kBrushOff})));
}

TEST_CASE("A brush keeps the colours of the small painting: no drift between sizes") {
  const Model& model = default_model();
  const Image content = photo(900, 720);
  for (const char* name : {"oil", "glass", "ink"}) {
    CAPTURE(name);
    const StyleVector style = StyleVector::named(name);
    const Image small = paint(model, content.view(), style, {.size = {256}, .brush = kBrushOff});
    for (const int side : {300, 500, 720}) {
      const Image large = paint(model, content.view(), style, {.size = {side}, .brush = 256});
      for (int c = 0; c < 3; ++c) {
        const auto mean = [c](const Image& image) {
          double sum = 0.0;
          for (int i = 0; i < image.width * image.height; ++i) sum += level(image, i, c);
          return sum / image.width / image.height;
        };
        CHECK(std::abs(mean(large) - mean(small)) <= 3.0);
      }
    }
  }
}

TEST_CASE("The brush is off for small pictures, raw floats and TF Hub's preset, unless asked for") {
  const Model& model = default_model();
  const Image content = photo(760, 720);
  const Image off = paint(model, content.view(), oil(), {.brush = kBrushOff});
  CHECK(same(paint(model, content.view(), oil()),
             paint(model, content.view(), oil(), {.brush = 256})));
  CHECK_FALSE(same(paint(model, content.view(), oil()), off));
  const Image small = photo(760, 700);
  CHECK(same(paint(model, small.view(), oil()),
             paint(model, small.view(), oil(), {.brush = kBrushOff})));
  CHECK(same(paint(model, content.view(), oil(), {.raw = true}),
             model.stylize(content.view(), oil())));
  CHECK(tfhub_preset().brush == kBrushOff);
  const Image raw = paint(model, content.view(), oil(), {.raw = true, .brush = 256});
  CHECK(largest_difference(to_u8(raw.view()), paint(model, content.view(), oil())) <= 1);
  for (const int wrong : {-2, 31, 20000}) {
    expect_error(ErrorCode::usage, [&] { paint(model, content.view(), oil(), {.brush = wrong}); });
  }
}

TEST_CASE("Of a flat content the brush makes the one colour that the network makes") {
  Image flat(800, 720, 3, SampleType::u8);
  std::fill(flat.bytes.begin(), flat.bytes.end(), std::uint8_t{130});
  const Image off = paint(default_model(), flat.view(), oil(), {.brush = kBrushOff});
  CHECK(largest_difference(paint(default_model(), flat.view(), oil()), off) <= 1);
}

TEST_CASE("A fade of 0 is the photo, to the byte; 1 is the painting; between is plain mixing") {
  const Model& model = default_model();
  for (const int channels : {3, 4}) {
    const Image content = photo(90, 61, channels);
    CHECK(same(painted_every_way(content, oil(), {.strength = 0.5f, .fade = 0.5f}),
               painted_every_way(content, oil(), {.strength = 0.5f, .fade = 0.5f})));
    CHECK(same(paint(model, content.view(), oil(), {.fade = 0.0f}), content));
    PaintOptions small{.size = {40}, .alpha = AlphaOutput::drop, .fade = 0.0f};
    const Image seen = compose(content.view());
    CHECK(same(paint(model, content.view(), oil(), small),
               to_u8(resize(seen.view(), 59, 40).view())));
    const Image painting = paint(model, content.view(), oil(), {.fade = 1.0f});
    CHECK(same(painting, paint(model, content.view(), oil())));
    const Image quarter = paint(model, content.view(), oil(), {.fade = 0.25f});
    for (int i = 0; i < 90 * 61; ++i) {
      for (int c = 0; c < 3; ++c) {
        const double mix = 0.25 * level(painting, i, c) + 0.75 * level(content, i, c);
        CHECK(std::abs(level(quarter, i, c) - mix) <= 0.75);
      }
    }
  }
  for (const float wrong : {-0.1f, 1.1f, NAN}) {
    expect_error(ErrorCode::usage,
                 [&] { paint(model, photo(20, 20).view(), oil(), {.fade = wrong}); });
  }
}

TEST_CASE("Kept colours: the photo's chroma to a level, the painting's luma, alpha and size too") {
  for (const int channels : {3, 4}) {
    const Image content = photo(120, 90, channels);
    for (const KeepColour keep : {KeepColour::matched, KeepColour::luma}) {
      const PaintOptions options{.size = {70}, .strength = 0.6f, .keep_colour = keep};
      const Image kept = painted_every_way(content, oil(), options);
      CHECK(kept.channels == channels);
      const Image seen =
          to_u8(resize(compose(content.view()).view(), kept.width, kept.height).view());
      double chroma = 0.0, first = 0.0, second = 0.0, to_first = 0.0, to_second = 0.0;
      int unclipped = 0;
      for (int i = 0; i < kept.width * kept.height; ++i) {
        const double y = luma(kept, i), of = luma(seen, i);
        first += y;
        second += y * y;
        to_first += of;
        to_second += of * of;
        const std::uint8_t* p = kept.u8() + channels * i;
        if (std::min({p[0], p[1], p[2]}) == 0 || std::max({p[0], p[1], p[2]}) == 255) continue;
        ++unclipped;
        chroma += std::abs(0.564 * (level(kept, i, 2) - y - level(seen, i, 2) + of)) +
                  std::abs(0.713 * (level(kept, i, 0) - y - level(seen, i, 0) + of));
      }
      REQUIRE(unclipped > 3000);
      CHECK(chroma / unclipped < 1.0);
      const double n = kept.width * kept.height;
      const double deviation = std::sqrt(second / n - first * first / n / n);
      const double to_deviation = std::sqrt(to_second / n - to_first * to_first / n / n);
      if (keep == KeepColour::matched) {
        CHECK(first / n == doctest::Approx(to_first / n).epsilon(0.03));
        CHECK(deviation == doctest::Approx(to_deviation).epsilon(0.1));
      } else {
        CHECK(std::abs(deviation / to_deviation - 1.0) > 0.1);
      }
    }
  }
}

TEST_CASE("A matched style has the photo's mean and covariance; a saved one stays as it is") {
  const Image content = photo(120, 90);
  Image painting = random_image(300, 280, 3, SampleType::f32, 4);
  for (std::size_t i = 0; i < painting.sample_count(); ++i) {
    painting.f32()[i] = 0.5f + 0.3f * (painting.f32()[i] - 0.5f);
  }
  const ColourMoments target = colour_moments(content.view(), kWhite);
  Image recoloured = painting;
  match_colours(recoloured.f32(), 300 * 280, target);
  const ColourMoments is = colour_moments(recoloured.f32(), 300 * 280);
  for (int a = 0; a < 3; ++a) {
    CHECK(is.mean[a] == doctest::Approx(target.mean[a]).epsilon(0.01));
    for (int b = 0; b < 3; ++b)
      CHECK(std::abs(is.covariance[a][b] - target.covariance[a][b]) < 5e-4);
  }
  std::vector<float> flat(300, 0.25f);
  // Tests that match_colours gives a picture of one colour the mean colour of `target`.
  match_colours(flat.data(), 100, target);
  CHECK(flat[0] == doctest::Approx(target.mean[0]).epsilon(1e-3));

  const Model& model = default_model();
  const PaintOptions options{.style = {0}, .match_colour = true};
  const Image matched = painted_every_way(content, painting, options);
  const StyleVector vector = model.encode_style(recoloured.view(), {0});
  CHECK(same(matched, paint(model, content.view(), vector)));
  CHECK(same(paint(model, content.view(), oil(), options), paint(model, content.view(), oil())));
  Painter painter(model, options);
  expect_error(ErrorCode::usage, [&] { painter.encode(painting); });
  painter.set_content(content.view());
  CHECK(painter.encode(painting).values == vector.values);
}

TEST_CASE("A mask: white is painted, black stays or has the other style, grey is between") {
  const Model& model = default_model();
  const Image content = photo(80, 64);
  // The mask is enlarged to the content's size: black at the left, grey in the middle, white at the
  // right.
  Image mask(3, 1, 3, SampleType::u8);
  for (int c = 0; c < 3; ++c) {
    mask.u8()[3 + c] = 128;
    mask.u8()[6 + c] = 255;
  }
  const Image painting = paint(model, content.view(), oil());
  const StyleVector ink = StyleVector::named("ink");
  const Image other = paint(model, content.view(), ink);
  PaintOptions options{.mask = mask.view()};
  const Image partly = painted_every_way(content, oil(), options);
  options.mask_style = ink;
  const Image both = painted_every_way(content, oil(), options);
  for (int y = 0; y < 64; ++y) {
    for (int c = 0; c < 3; ++c) {
      const int left = 80 * y, middle = 80 * y + 40, right = 80 * y + 79;
      CHECK(level(partly, left, c) == level(content, left, c));
      CHECK(level(both, left, c) == level(other, left, c));
      CHECK(level(partly, right, c) == level(painting, right, c));
      CHECK(level(both, right, c) == level(painting, right, c));
      const double half = 0.5 * (level(painting, middle, c) + level(content, middle, c));
      CHECK(std::abs(level(partly, middle, c) - half) < 2.5);
    }
  }
  options.mask = {};
  expect_error(ErrorCode::usage, [&] { paint(model, content.view(), oil(), options); });
  options.mask = mask.view();
  options.mask_style = StyleVector(7);
  expect_error(ErrorCode::input, [&] { paint(model, content.view(), oil(), options); });
}

TEST_CASE("Progress rises to 1 and stops a brush, a mask and all; memory limits are named") {
  const Model& model = default_model();
  const Image content = photo(260, 200);
  const Image mask = photo(20, 20);
  const PaintOptions options{.strength = 0.5f,
                             .brush = 50,
                             .keep_colour = KeepColour::matched,
                             .mask = mask.view(),
                             .mask_style = Style(StyleVector::named("ink"))};
  std::vector<double> told;
  RunOptions run{.progress = [&](double fraction) {
    told.push_back(fraction);
    return true;
  }};
  paint(model, content.view(), oil(), options, run);
  REQUIRE(told.size() >= 7);
  CHECK(std::is_sorted(told.begin(), told.end()));
  CHECK(told.back() == doctest::Approx(1.0));
  for (std::size_t stop = 0; stop < 7; ++stop) {
    std::size_t calls = 0;
    run.progress = [&](double) { return ++calls <= stop; };
    expect_error(ErrorCode::cancelled, [&] { paint(model, content.view(), oil(), options, run); });
  }
  const std::string message = expect_error(ErrorCode::limit, [&] {
    paint(model, content.view(), oil(), options, {.max_memory_bytes = 100000});
  });
  CHECK(contains(message, "MiB"));
}

TEST_CASE("A mixture of one style is that style; mixing pictures is mixing saved vectors") {
  const Model& model = default_model();
  const Image content = photo(70, 60);
  const Image first = random_image(64, 64, 3, SampleType::u8, 5);
  const Image second = random_image(80, 64, 3, SampleType::u8, 6);
  const Style one(std::vector<Style::Part>{{first.view(), 2.0}});
  CHECK(same(paint(model, content.view(), one), paint(model, content.view(), first)));
  const StyleVector a = model.encode_style(first.view()), b = model.encode_style(second.view());
  const Style pictures(std::vector<Style::Part>{{first.view(), 2.0}, {second.view(), 1.0}});
  const std::vector<StyleVector> vectors{StyleVector::decode(a.encode(), "a"),
                                         StyleVector::decode(b.encode(), "b")};
  const StyleVector blend = StyleVector::blend(vectors, std::vector<double>{2.0, 1.0});
  CHECK(same(paint(model, content.view(), pictures), paint(model, content.view(), blend)));
}

}  // namespace nst::test
