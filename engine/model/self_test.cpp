#include "model/self_test.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/strict_json.hpp"
#include "base/text.hpp"
#include "model/pseudo_random.hpp"

namespace nst {
namespace {

using nlohmann::json;

constexpr int kVersion1 = 1;
constexpr std::uint64_t kSeed = 20170518;  // the day the paper appeared (arXiv 1705.06830)
constexpr int kStyleSide = 96;             // above Inception's least side of 43, still quick
constexpr int kContentWidth = 48;          // no square, and no multiple of 16: edges take part
constexpr int kContentHeight = 40;
constexpr int kMaxSide = 512;
constexpr std::size_t kSamples = 64;

// The same weights give slightly different numbers on every instruction set, as sums are taken in
// another order. These are the bounds the project promises against TensorFlow, which a damaged
// weight or a wrong layer exceeds by far: 1e-4 of the bottleneck's largest value, 1e-3 of white.
constexpr double kBottleneckTolerance = 1e-4;
constexpr double kOutputTolerance = 1e-3;

struct Setup {
  std::uint64_t seed = kSeed;
  int style_width = kStyleSide;
  int style_height = kStyleSide;
  int content_width = kContentWidth;
  int content_height = kContentHeight;
};

struct Outcome {
  StyleVector bottleneck;
  Image output;
};

Image random_picture(std::uint64_t seed, std::string_view name, int width, int height) {
  Image image(width, height, 3, SampleType::f32);
  const PseudoRandom random(seed, name);
  float* samples = image.f32();
  for (std::size_t i = 0; i < image.sample_count(); ++i) samples[i] = random.unit(i);
  return image;
}

bool has_predictor(const Model& model) { return model.info().predictor != "none"; }

Outcome run(const Model& model, const Setup& setup) {
  Outcome outcome;
  if (has_predictor(model)) {
    StyleOptions as_it_is;
    as_it_is.style_size = 0;
    const Image style =
        random_picture(setup.seed, "self_test/style", setup.style_width, setup.style_height);
    outcome.bottleneck = model.encode_style(style.view(), as_it_is);
  } else {
    const PseudoRandom random(setup.seed, "self_test/bottleneck");
    for (std::size_t i = 0; i < outcome.bottleneck.values.size(); ++i) {
      outcome.bottleneck.values[i] = random.symmetric(i);
    }
  }
  const Image content =
      random_picture(setup.seed, "self_test/content", setup.content_width, setup.content_height);
  outcome.output = model.stylize(content.view(), outcome.bottleneck);
  return outcome;
}

// The double whose shortest text is the float's: short in JSON, and back to the same float.
double shortest(float value) {
  char text[32];
  const auto written = std::to_chars(text, text + sizeof text, value);
  double result = 0.0;
  std::from_chars(text, written.ptr, result);
  return result;
}

class SelfTestReader {
 public:
  SelfTestReader(const std::string& text, const std::string& name)
      : name_(name),
        json_(parse_json_strictly({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()},
                                  name + " self_test", ErrorCode::model,
                                  {.max_depth = 4, .max_values = 100'000})) {
    if (!json_.is_object() || json_.value("version", json()) != kVersion1) {
      fail("is of an unknown version");
    }
  }

  Setup setup() const {
    Setup setup;
    setup.seed = member("seed").is_number_unsigned() ? member("seed").get<std::uint64_t>() : 0;
    std::tie(setup.style_width, setup.style_height) = size("style");
    std::tie(setup.content_width, setup.content_height) = size("content");
    return setup;
  }

  std::pair<int, int> size(const char* key) const {
    const json& sides = member(key);
    if (!sides.is_array() || sides.size() != 2) fail("has no proper size");
    int values[2] = {};
    for (std::size_t i = 0; i < 2; ++i) {
      if (!sides[i].is_number_unsigned() || sides[i].get<std::uint64_t>() < 1 ||
          sides[i].get<std::uint64_t>() > kMaxSide) {
        fail("has no proper size");
      }
      values[i] = sides[i].get<int>();
    }
    return {values[0], values[1]};
  }

  bool has_bottleneck() const { return json_.contains("bottleneck"); }

  std::vector<float> bottleneck() const {
    const json& list = member("bottleneck");
    if (!list.is_array() || list.size() != StyleVector::kSize) fail("has no proper bottleneck");
    std::vector<float> values;
    for (const json& value : list) values.push_back(number(value));
    return values;
  }

  std::vector<std::pair<std::size_t, float>> samples(std::size_t count) const {
    const json& list = member("samples");
    if (!list.is_array() || list.empty()) fail("has no samples");
    std::vector<std::pair<std::size_t, float>> samples;
    for (const json& sample : list) {
      if (!sample.is_array() || sample.size() != 2 || !sample[0].is_number_unsigned() ||
          sample[0].get<std::uint64_t>() >= count) {
        fail("has a sample outside the output");
      }
      samples.emplace_back(sample[0].get<std::size_t>(), number(sample[1]));
    }
    return samples;
  }

  [[noreturn]] void fail(const std::string& what) const {
    throw Error(ErrorCode::model, one_line(name_) + ": its self-test " + what);
  }

 private:
  const json& member(const char* key) const {
    const auto it = json_.find(key);
    if (it == json_.end()) fail(std::string("has no ") + key);
    return *it;
  }
  float number(const json& value) const {
    if (!value.is_number()) fail("holds what is no number");
    return static_cast<float>(value.get<double>());
  }

  const std::string& name_;
  json json_;
};

}  // namespace

std::string make_self_test(const Model& model) {
  const Setup setup;
  const Outcome outcome = run(model, setup);
  json test = {{"version", kVersion1},
               {"seed", setup.seed},
               {"style", {setup.style_width, setup.style_height}},
               {"content", {setup.content_width, setup.content_height}},
               {"output", {outcome.output.width, outcome.output.height}}};
  if (has_predictor(model)) {
    for (const float value : outcome.bottleneck.values) {
      test["bottleneck"].push_back(shortest(value));
    }
  }
  for (std::size_t i = 0; i < kSamples; ++i) {
    const std::uint64_t index = splitmix64(setup.seed + i) % outcome.output.sample_count();
    test["samples"].push_back({index, shortest(outcome.output.f32()[index])});
  }
  return test.dump();
}

SelfTestResult replay_self_test(const Model& model, const std::string& text,
                                const std::string& name) {
  const SelfTestReader test(text, name);
  if (test.has_bottleneck() != has_predictor(model)) test.fail("is of another kind of model");
  const Outcome outcome = run(model, test.setup());
  if (std::pair(outcome.output.width, outcome.output.height) != test.size("output")) {
    test.fail("expects another output size");
  }
  SelfTestResult result;
  // Written so that a NaN counts as infinitely wrong.
  const auto grow = [](double& worst, float got, float expected) {
    const double error = std::fabs(static_cast<double>(got) - static_cast<double>(expected));
    worst = error <= worst ? worst : (std::isnan(error) ? INFINITY : error);
  };
  double largest = 1.0;
  if (test.has_bottleneck()) {
    const std::vector<float> expected = test.bottleneck();
    for (std::size_t i = 0; i < expected.size(); ++i) {
      grow(result.bottleneck_error, outcome.bottleneck.values[i], expected[i]);
      largest = std::max(largest, std::fabs(static_cast<double>(expected[i])));
    }
  }
  for (const auto& [index, expected] : test.samples(outcome.output.sample_count())) {
    grow(result.output_error, outcome.output.f32()[index], expected);
  }
  result.bottleneck_tolerance = kBottleneckTolerance * largest;
  result.output_tolerance = kOutputTolerance;
  result.passed = result.bottleneck_error <= result.bottleneck_tolerance &&
                  result.output_error <= result.output_tolerance;
  return result;
}

}  // namespace nst
