#include "apps/nst_weights/self_test.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <tuple>
#include <vector>

#include "base/strict_json.hpp"
#include "base/text.hpp"
#include "model/pseudo_random.hpp"
#include "nst/error.hpp"

namespace nst {
namespace {

constexpr std::uint64_t kVersion1 = 1;
// Any number would do. This one is the date of the paper arXiv 1705.06830.
constexpr std::uint64_t kSeed = 20170518;
// Side of the square style picture in pixels. A small picture is encoded fast, but Inception-v3
// needs a side of at least 43.
constexpr int kStyleSide = 96;
// Sides of the content in pixels. They differ, and 40 is no multiple of 16, so that the test also
// covers blocks that the edge of the picture cuts off.
constexpr int kContentWidth = 48;
constexpr int kContentHeight = 40;
constexpr std::uint64_t kMaxSide = 512;
constexpr std::size_t kSamples = 64;

// Largest differences allowed between the recorded and the computed numbers. Every instruction set
// adds in a different order, so the same weights give slightly different numbers. A damaged weight
// or a wrong layer exceeds these bounds by far. The difference of the style vector is relative to
// its largest value. The difference of the picture is relative to white (1.0).
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
    outcome.bottleneck = StyleVector(model.info().style_size);
    for (std::size_t i = 0; i < outcome.bottleneck.size(); ++i) {
      outcome.bottleneck.values[i] = random.symmetric(i);
    }
  }
  const Image content =
      random_picture(setup.seed, "self_test/content", setup.content_width, setup.content_height);
  StyleVector style = outcome.bottleneck;
  // Makes the style space of the vector unknown. So the transformer accepts the vector even if
  // predictor and transformer belong to different style spaces.
  style.space.clear();
  outcome.output = model.stylize(content.view(), style);
  return outcome;
}

// Returns the shortest text that reads back as this float.
std::string float_text(float value) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

std::string size_json(int width, int height) {
  return '[' + std::to_string(width) + ',' + std::to_string(height) + ']';
}

class SelfTestReader {
 public:
  SelfTestReader(const std::string& text, const std::string& name)
      : name_(name),
        json_(parse_json_strictly({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()},
                                  name + " self_test", ErrorCode::model,
                                  {.max_depth = 4, .max_values = 100'000})) {
    const std::optional<JsonValue> version = json_.root().find("version");
    if (!version || version->count() != kVersion1) fail("is of an unknown version");
  }

  Setup setup() const {
    Setup setup;
    setup.seed = member("seed").count().value_or(0);
    std::tie(setup.style_width, setup.style_height) = size("style");
    std::tie(setup.content_width, setup.content_height) = size("content");
    return setup;
  }

  std::pair<int, int> size(const char* key) const {
    std::vector<int> sides;
    for (const JsonValue side : member(key)) {
      const std::uint64_t value = side.count().value_or(0);
      if (value < 1 || value > kMaxSide || sides.size() == 2) fail("has no proper size");
      sides.push_back(static_cast<int>(value));
    }
    if (sides.size() != 2) fail("has no proper size");
    return {sides[0], sides[1]};
  }

  bool has_bottleneck() const { return json_.root().find("bottleneck").has_value(); }

  std::vector<float> bottleneck(std::size_t values_wanted) const {
    const JsonValue list = member("bottleneck");
    if (!list.is_array() || list.size() != values_wanted) fail("has no proper bottleneck");
    std::vector<float> values;
    for (const JsonValue value : list) values.push_back(number(value));
    return values;
  }

  std::vector<std::pair<std::size_t, float>> samples(std::size_t count) const {
    const JsonValue list = member("samples");
    if (!list.is_array() || list.size() == 0) fail("has no samples");
    std::vector<std::pair<std::size_t, float>> samples;
    for (const JsonValue sample : list) {
      if (!sample.is_array() || sample.size() != 2) fail("has a sample that is no pair");
      const std::uint64_t index = (*sample.begin()).count().value_or(UINT64_MAX);
      if (index >= count) fail("has a sample outside the output");
      samples.emplace_back(index, number(*++sample.begin()));
    }
    return samples;
  }

  [[noreturn]] void fail(const std::string& what) const {
    throw Error(ErrorCode::model, one_line(name_) + ": its self-test " + what);
  }

 private:
  JsonValue member(const char* key) const {
    const std::optional<JsonValue> value = json_.root().find(key);
    if (!value) fail(std::string("has no ") + key);
    return *value;
  }
  float number(JsonValue value) const {
    const std::optional<double> number = value.number();
    if (!number) fail("holds what is no number");
    return static_cast<float>(*number);
  }

  const std::string& name_;
  JsonDocument json_;
};

}  // namespace

std::string make_self_test(const Model& model) {
  const Setup setup;
  const Outcome outcome = run(model, setup);
  std::string bottleneck;
  if (has_predictor(model)) {
    for (const float value : outcome.bottleneck.values) {
      bottleneck += bottleneck.empty() ? "\"bottleneck\":[" : ",";
      bottleneck += float_text(value);
    }
    bottleneck += "],";
  }
  std::string samples;
  for (std::size_t i = 0; i < kSamples; ++i) {
    const std::uint64_t index = splitmix64(setup.seed + i) % outcome.output.sample_count();
    samples += samples.empty() ? "[" : ",[";
    samples += std::to_string(index) + ',' + float_text(outcome.output.f32()[index]) + ']';
  }
  return '{' + bottleneck + "\"content\":" + size_json(setup.content_width, setup.content_height) +
         ",\"output\":" + size_json(outcome.output.width, outcome.output.height) +
         ",\"samples\":[" + samples + "],\"seed\":" + std::to_string(setup.seed) +
         ",\"style\":" + size_json(setup.style_width, setup.style_height) +
         ",\"version\":" + std::to_string(kVersion1) + '}';
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
  // The comparison is written so that a NaN counts as an infinite error.
  const auto grow = [](double& worst, float got, float expected) {
    const double error = std::fabs(static_cast<double>(got) - static_cast<double>(expected));
    worst = error <= worst ? worst : (std::isnan(error) ? INFINITY : error);
  };
  double largest = 1.0;
  if (test.has_bottleneck()) {
    const std::vector<float> expected = test.bottleneck(outcome.bottleneck.values.size());
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
