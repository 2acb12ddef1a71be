// Tests of sessions: strength, progress, cancellation and memory limits.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/expect_error.hpp"
#include "support/compare.hpp"
#include "support/formula_model.hpp"

namespace nst::test {
namespace {

// Returns a content that takes at least 30 ms on any machine, so that progress is reported during
// the work.
Image large_content() { return formula_picture("content_large", 400, 300); }
Image small_content() { return formula_picture("content_a", 40, 48); }

double mean_difference(const Image& a, const Image& b) {
  return difference(samples(a), samples(b)).mean;
}

}  // namespace

TEST_CASE("Blending styles keeps the ends exactly and moves the picture steadily between them") {
  const Model model = formula_model("mobile");
  const StyleVector a = formula_style("style_a"), b = formula_style("style_b");
  CHECK(StyleVector::blend(a, b, 0.0f).values == a.values);
  CHECK(StyleVector::blend(a, b, 1.0f).values == b.values);
  const StyleVector half = StyleVector::blend(a, b, 0.5f);
  const StyleVector beyond = StyleVector::blend(a, b, 2.0f);
  for (std::size_t i = 0; i < half.values.size(); ++i) {
    CHECK(half.values[i] == doctest::Approx((a.values[i] + b.values[i]) / 2));
    CHECK(beyond.values[i] == doctest::Approx(2 * b.values[i] - a.values[i]));
  }

  Session session(model);
  session.set_content(small_content().view());
  const Image at_a = session.render(a);
  double last = 0.0;
  for (const float weight : {0.25f, 0.5f, 0.75f, 1.0f}) {
    const double distance = mean_difference(session.render(StyleVector::blend(a, b, weight)), at_a);
    CHECK(distance > last);
    last = distance;
  }
}

TEST_CASE("Frames are painted over one another, and a picture that does not fit is replaced") {
  const StyleVector a = formula_style("style_a"), b = formula_style("style_b");
  Session session(formula_model("mobile"));
  session.set_content(small_content().view());
  const Image at_a = session.render(a), at_b = session.render(b);

  Image picture = at_b;
  const std::uint8_t* const memory = picture.bytes.data();
  session.render_into(picture, a);
  CHECK(picture.bytes == at_a.bytes);
  session.render_into(picture, b);
  CHECK(picture.bytes == at_b.bytes);
  CHECK(picture.bytes.data() == memory);

  Image cut = at_b;  // a picture with fewer bytes than its size needs
  cut.bytes.resize(cut.bytes.size() / 2);
  for (Image other : {Image(), Image(at_a.width, at_a.height, 3, SampleType::u8),
                      Image(at_a.width, at_a.height, 4, SampleType::f32),
                      Image(at_a.height, at_a.width, 3, SampleType::f32), cut}) {
    session.render_into(other, a);
    CHECK(other.width == at_a.width);
    CHECK(other.height == at_a.height);
    CHECK(other.channels == 3);
    CHECK(other.bytes == at_a.bytes);
  }
}

TEST_CASE("Progress rises to one on the calling thread") {
  const Model model = formula_model("mobile");
  for (const int threads : {1, 3}) {
    CAPTURE(threads);
    std::vector<double> fractions;
    RunOptions run{.threads = threads};
    run.progress = [&](double fraction) {
      fractions.push_back(fraction);
      return true;
    };
    const Image watched = model.stylize(large_content().view(), formula_style("style_a"), run);
    REQUIRE(!fractions.empty());
    CHECK(fractions.front() >= 0.0);
    for (std::size_t i = 1; i < fractions.size(); ++i) CHECK(fractions[i] >= fractions[i - 1]);
    CHECK(fractions.back() == doctest::Approx(1.0));
    CHECK(watched.bytes == model.stylize(large_content().view(), formula_style("style_a")).bytes);
  }
}

TEST_CASE("A callback that returns false cancels, and everything stays usable") {
  const Model model = formula_model("mobile");
  const StyleVector style = formula_style("style_a");
  const Image content = large_content();
  const Image expected = model.stylize(content.view(), style);
  RunOptions cancelling;
  cancelling.progress = [](double) { return false; };

  SUBCASE("a style") {
    expect_error(ErrorCode::cancelled, [&] { model.encode_style(content.view(), {}, cancelling); });
    const StyleVector again = model.encode_style(content.view());
    CHECK(again.values == formula_model("mobile").encode_style(content.view()).values);
  }
  SUBCASE("a whole picture") {
    expect_error(ErrorCode::cancelled, [&] { model.stylize(content.view(), style, cancelling); });
    CHECK(model.stylize(content.view(), style).bytes == expected.bytes);
  }
  SUBCASE("a session's content: there is none afterwards") {
    Session session(model);
    session.set_content(content.view());
    expect_error(ErrorCode::cancelled, [&] { session.set_content(content.view(), cancelling); });
    expect_error(ErrorCode::usage, [&] { session.render(style); });
    session.set_content(content.view());
    CHECK(session.render(style).bytes == expected.bytes);
  }
  SUBCASE("a session's picture: the content stays") {
    Session session(model);
    session.set_content(content.view());
    for (const int threads : {1, 3}) {
      cancelling.threads = threads;
      expect_error(ErrorCode::cancelled, [&] { session.render(style, cancelling); });
      CHECK(session.render(style).bytes == expected.bytes);
    }
  }
}

TEST_CASE("Whatever the progress callback throws comes out, and the session stays usable") {
  const Model model = formula_model("mobile");
  const StyleVector style = formula_style("style_a");
  Session session(model);
  session.set_content(large_content().view());
  const Image expected = session.render(style);
  for (const int threads : {1, 3}) {
    RunOptions throwing{.threads = threads};
    throwing.progress = [](double) -> bool { throw std::domain_error("from the callback"); };
    CHECK_THROWS_AS(session.render(style, throwing), std::domain_error);
    CHECK(session.render(style).bytes == expected.bytes);
  }
}

TEST_CASE("A session's style vectors are the model's, whatever it did before") {
  const Model model = formula_model("mobile");
  Session session(model);
  const Image first = formula_picture("style_first", 96, 101);
  const Image second = formula_picture("style_second", 64, 80);
  session.set_content(small_content().view());
  const Image painted = session.render(formula_style("style_a"));
  for (const StyleOptions& options :
       {StyleOptions{.style_size = 0}, StyleOptions{.style_size = 72}}) {
    for (const Image* style : {&first, &first, &second, &first}) {
      CHECK(session.encode_style(style->view(), options).values ==
            model.encode_style(style->view(), options).values);
    }
  }
  expect_error(ErrorCode::limit, [&] {
    session.encode_style(first.view(), {.style_size = 0}, {.max_memory_bytes = 1});
  });
  CHECK(session.render(formula_style("style_a")).bytes == painted.bytes);
}

TEST_CASE("The smallest plan is the limit, to the byte") {
  const Model model = formula_model("mobile");
  const StyleVector style = formula_style("style_a");
  const Image content = small_content();
  const PlanInfo plan = model.plan_transformer(content.width, content.height, 1, 1);
  const std::size_t needed = plan.arena_bytes + plan.scratch_bytes;
  REQUIRE(plan.arena_bytes > 0);

  const auto with_limit = [](std::size_t bytes) {
    return RunOptions{.threads = 1, .max_memory_bytes = bytes};
  };
  const Image expected = model.stylize(content.view(), style, with_limit(needed));
  CHECK(expected.bytes == model.stylize(content.view(), style).bytes);
  expect_error(ErrorCode::limit,
               [&] { model.stylize(content.view(), style, with_limit(needed - 1)); });
  expect_error(ErrorCode::limit, [&] { model.stylize(content.view(), style, with_limit(1)); });
  expect_error(ErrorCode::limit, [&] { model.encode_style(content.view(), {}, with_limit(1)); });

  Session session(model);
  expect_error(ErrorCode::limit, [&] { session.set_content(content.view(), with_limit(1)); });
  expect_error(ErrorCode::usage, [&] { session.render(style); });
  session.set_content(content.view());
  expect_error(ErrorCode::limit, [&] { session.render(style, with_limit(1)); });
  CHECK(session.render(style).bytes == expected.bytes);
}

TEST_CASE("The plan counts the multiply-accumulates of the convolutions") {
  // For each output pixel, a convolution takes as many multiply-accumulates as it has weights. The
  // sides of the output are those of the content, a half or a quarter, depending on the layer.
  const FormulaNetwork& network = formula_network("mobile");
  const int side = 64;
  std::uint64_t expected = 0;
  for (const Variable& v : formula_variables(network)) {
    if (!v.name.starts_with("transformer/") || v.name.ends_with("/biases")) continue;
    const auto contains = [&](const char* part) { return v.name.find(part) != std::string::npos; };
    int out_side = side;
    if (contains("contract/conv2") || contains("expand/conv1")) out_side = side / 2;
    if (contains("contract/conv3") || contains("residual")) out_side = side / 4;
    std::uint64_t weights = 1;
    for (const std::int64_t n : v.shape) weights *= static_cast<std::uint64_t>(n);
    expected += weights * static_cast<std::uint64_t>(out_side * out_side);
  }
  CHECK(formula_model("mobile").plan_transformer(side, side).mac == expected);
}

}  // namespace nst::test
