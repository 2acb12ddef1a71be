// Checks that results do not depend on the number of threads, on earlier calls of a session, or on
// other threads of the program.
#include <doctest/doctest.h>

#include <random>
#include <string>
#include <thread>
#include <vector>

#include "api/open_model.hpp"
#include "support/compare.hpp"
#include "support/every_table.hpp"
#include "support/formula_model.hpp"
#include "support/wanted_count.hpp"

namespace nst::test {
namespace {

// At this size the engine uses eight threads, because there are at least 4 million
// multiply-accumulates for each thread.
constexpr int kHeight = 75, kWidth = 101;

Image picture() { return formula_picture("content_threads", kHeight, kWidth); }

// Checks that one, two, three and eight threads paint the same bytes.
void check_any_threads(const Model& model, const Image& content, const StyleVector& style) {
  const Image one = model.stylize(content.view(), style, {.threads = 1});
  for (const int threads : {2, 3, 8}) {
    CAPTURE(threads);
    CHECK(model.stylize(content.view(), style, {.threads = threads}).bytes == one.bytes);
  }
}

}  // namespace

TEST_CASE("A picture's bytes do not depend on the number of threads, on any kernel table") {
  for (const FormulaNetwork& network : formula_networks()) {
    // Skips this network to save time: it uses the same kernels as separable_zero.
    if (network.name == "separable_reflect") continue;
    on_every_table(network, [](const Model& model) {
      REQUIRE(model.plan_transformer(kWidth, kHeight).mac >= 8 * 4'000'000);
      const StyleVector style = formula_style("style_a", model);
      check_any_threads(model, picture(), style);
    });
  }
}

TEST_CASE("Pictures of random sizes have the same bytes with any number of threads") {
  const long sizes = wanted_count("NST_RANDOM_SIZES", 6);  // for each network
  std::mt19937 random(20261128);
  // Returns a side of 5 to 150. One thread paints the smallest pictures, eight the largest.
  const auto side = [&] { return 5 + static_cast<int>(random() % 146); };
  for (const char* name : {"mobile", "separable_zero", "separable_reflect"}) {
    const Model model = formula_model(name);
    const StyleVector style = formula_style("style_b", model);
    for (long i = 0; i < sizes; ++i) {
      const int height = side(), width = side();
      const std::string label =
          std::string(name) + ' ' + std::to_string(width) + "x" + std::to_string(height);
      CAPTURE(label);
      const Image content = formula_picture("content_" + std::to_string(i), height, width);
      check_any_threads(model, content, style);
    }
  }
}

TEST_CASE("A style vector does not depend on the number of threads, on any kernel table") {
  const Image style = formula_picture("style_threads", 96, 101);
  for (const char* name : {"inception", "mobile"}) {
    on_every_table(formula_network(name), [&](const Model& model) {
      REQUIRE(model.plan_predictor(style.width, style.height).mac >= 8 * 4'000'000);
      const StyleOptions as_is{.style_size = 0};
      const StyleVector one = model.encode_style(style.view(), as_is, {.threads = 1});
      for (const int threads : {2, 3, 8}) {
        CAPTURE(threads);
        CHECK(model.encode_style(style.view(), as_is, {.threads = threads}).values == one.values);
      }
    });
  }
}

TEST_CASE("A session paints what stylize paints, for every kind of transformer") {
  for (const char* name : {"mobile", "separable_reflect", "separable_zero"}) {
    const std::string label = name;
    CAPTURE(label);
    const Model model = formula_model(name);
    const Image content = formula_picture("content_b", 47, 61);
    const StyleVector a = formula_style("style_a"), b = formula_style("style_b");
    const Image stylized_a = model.stylize(content.view(), a);
    const Image stylized_b = model.stylize(content.view(), b);
    REQUIRE(stylized_a.bytes != stylized_b.bytes);

    Session session(model);
    session.set_content(content.view());
    CHECK(session.render(a).bytes == stylized_a.bytes);
    CHECK(session.render(b).bytes == stylized_b.bytes);
    CHECK(session.render(a).bytes == stylized_a.bytes);
  }
}

TEST_CASE("A session may change its number of threads between calls") {
  const Model model = formula_model("mobile");
  const StyleVector style = formula_style("style_a");
  const Image expected = model.stylize(picture().view(), style, {.threads = 1});
  Session session(model);
  session.set_content(picture().view(), {.threads = 1});
  CHECK(session.render(style, {.threads = 5}).bytes == expected.bytes);
  CHECK(session.render(style, {.threads = 2}).bytes == expected.bytes);
  session.set_content(picture().view(), {.threads = 4});
  CHECK(session.render(style, {.threads = 1}).bytes == expected.bytes);
}

TEST_CASE("A session takes contents of changing sizes, and the same size again") {
  const Model model = formula_model("mobile");
  const StyleVector style = formula_style("style_a");
  Session session(model);
  struct Size {
    int h, w;
  };
  for (const Size size : {Size{33, 40}, {61, 20}, {5, 5}, {61, 20}, {61, 20}, {33, 40}, {40, 33}}) {
    CAPTURE(size.h);
    CAPTURE(size.w);
    // Each round paints a different picture. So if a round used values that the previous round left
    // in memory, the result would be wrong.
    static int round = 0;
    const Image content = formula_picture("round " + std::to_string(round++), size.h, size.w);
    session.set_content(content.view());
    CHECK(session.render(style).bytes == model.stylize(content.view(), style).bytes);
  }
}

TEST_CASE("A session survives being moved") {
  const Model model = formula_model("mobile");
  const StyleVector style = formula_style("style_a");
  const Image content = formula_picture("content_a", 40, 48);
  Session first(model);
  first.set_content(content.view());
  const Image expected = first.render(style);
  Session second(std::move(first));
  CHECK(second.render(style).bytes == expected.bytes);
  Session third(model);
  third = std::move(second);
  CHECK(third.render(style).bytes == expected.bytes);
}

TEST_CASE(
    "Sessions of one model in several threads paint the same bytes, packing its weights once") {
  const std::vector<std::uint8_t> file = formula_model_file(formula_network("mobile"));
  const StyleVector a = formula_style("style_a"), b = formula_style("style_b");
  const Image style = formula_picture("style_a", 91, 75);
  const Image content = formula_picture("content_b", 47, 61);
  const Model reference = formula_model("mobile");
  const Image expected_a = reference.stylize(content.view(), a);
  const Image expected_b = reference.stylize(content.view(), b);
  const StyleVector expected_style = reference.encode_style(style.view());

  // No thread has used the model yet, so the threads compete to pack its weights.
  const Model model = Model::open_memory(file.data(), file.size(), "fresh");
  struct Result {
    Image a, b;
    StyleVector style;
  };
  std::vector<Result> results(3);
  std::vector<std::thread> threads;
  for (Result& result : results) {
    threads.emplace_back([&, out = &result] {
      Session session(model);
      session.set_content(content.view(), {.threads = 2});
      out->a = session.render(a, {.threads = 2});
      out->style = model.encode_style(style.view(), {}, {.threads = 2});
      out->b = session.render(b, {.threads = 1});
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const Result& result : results) {
    CHECK(result.a.bytes == expected_a.bytes);
    CHECK(result.b.bytes == expected_b.bytes);
    CHECK(result.style.values == expected_style.values);
  }
}

}  // namespace nst::test
