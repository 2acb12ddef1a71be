#include "support/formula_model.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <functional>
#include <map>
#include <numeric>
#include <stdexcept>

#include "model/pseudo_random.hpp"
#include "networks/family.hpp"

namespace nst::test {
namespace {

// Returns the gain of a variable, on which the size of its values depends. It is the same as that
// of _gain() in formula_model.py, where the reasons are given.
double gain(const Variable& v) {
  const auto contains = [&](std::string_view part) {
    return v.name.find(part) != std::string::npos;
  };
  if (v.name.starts_with("style_params/")) return v.shape[2] == 768 ? 0.5 : 16.0;
  if (v.name == "Conv/weights" || v.name == "mobilenet_conv/Conv/weights") return 0.075;
  if (v.name.starts_with("transformer/") && !contains("/contract/")) return 3.0;
  if (contains("/project/")) return 1.5;
  if (v.name == "InceptionV3/Conv2d_1a_3x3/weights" || v.name == "MobilenetV2/Conv/weights")
    return 100.0;
  if (v.shape[0] == 7 || v.shape[1] == 7) return 14.0;
  return 8.5;
}

std::int64_t element_count(const Variable& v) {
  return std::accumulate(v.shape.begin(), v.shape.end(), std::int64_t{1}, std::multiplies<>());
}

}  // namespace

const std::vector<FormulaNetwork>& formula_networks() {
  static const std::vector<FormulaNetwork> networks{
      {"inception", {"inception_v3", "full"}, {}},
      {"mobile", {"mobilenet_v2", "full"}, {.width_percent = 25}},
      {"hub",
       {"inception_v3", "full"},
       {.residual_blocks = 20, .style_size = 768, .has_last_layer = false}},
      {"separable_reflect", {"none", "separable"}, {}},
      {"separable_zero", {"none", "separable", PaddingKind::zero}, {}}};
  return networks;
}

const FormulaNetwork& formula_network(std::string_view name) {
  for (const FormulaNetwork& network : formula_networks()) {
    if (network.name == name) return network;
  }
  throw std::invalid_argument("no formula network is called " + std::string(name));
}

std::vector<Variable> formula_variables(const FormulaNetwork& network) {
  std::vector<Variable> variables;
  const PublishedShapes shapes(network.sizes, variables);
  if (const PredictorFamily* predictor = find_predictor(network.architecture.predictor)) {
    Graph graph(shapes);
    predictor->build(graph, kAnySide, kAnySide, network.sizes.style_size);
  }
  Graph graph(shapes);
  StyleLayout layout;
  find_transformer(network.architecture.transformer)
      ->build(graph, network.architecture.padding, kAnySide, kAnySide, layout);
  return variables;
}

// Every operation here is exact or rounded once. So every compiler gives the same result, with or
// without fused multiply-adds.
std::vector<float> formula_values(const Variable& variable) {
  const PseudoRandom random(kFormulaSeed, variable.name);
  const std::int64_t count = element_count(variable);
  std::vector<float> values(static_cast<std::size_t>(count));
  if (variable.name.ends_with("/biases")) {
    const bool is_gamma = variable.name.find("/StyleNorm/Conv_1/") != std::string::npos;
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = random.symmetric(i) * 0.25f + (is_gamma ? 1.0f : 0.0f);
    }
    return values;
  }
  const std::int64_t out_c = variable.shape[variable.name.ends_with("/depthwise_weights") ? 2 : 3];
  const std::int64_t fan_in = count / out_c;
  const double scale = std::sqrt(gain(variable) / (5.0 * static_cast<double>(fan_in)));
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t row = i / out_c;
    const std::int64_t partner = (row ^ 1) < fan_in ? row ^ 1 : row;
    const double own = random.symmetric(static_cast<std::uint64_t>(i));
    const double other = random.symmetric(static_cast<std::uint64_t>(i + (partner - row) * out_c));
    const double difference = 2.0 * own - other;
    values[static_cast<std::size_t>(i)] = static_cast<float>(difference * scale);
  }
  return values;
}

std::vector<std::uint8_t> formula_model_file(const FormulaNetwork& network) {
  std::vector<NamedTensor> tensors;
  for (const Variable& v : formula_variables(network)) {
    tensors.push_back({v.name, v.shape, formula_values(v)});
  }
  ModelDescription description;
  description.architecture = network.architecture;
  description.source = "formula weights " + network.name;
  return build_model_file(description, tensors, DType::f32);
}

Model formula_model(std::string_view name) {
  struct Opened {
    std::vector<std::uint8_t> bytes;
    Model model;
    explicit Opened(const FormulaNetwork& network)
        : bytes(formula_model_file(network)),
          model(Model::open_memory(bytes.data(), bytes.size(), network.name)) {}
  };
  static std::map<std::string, Opened, std::less<>> opened;
  auto it = opened.find(name);
  if (it == opened.end()) it = opened.try_emplace(std::string(name), formula_network(name)).first;
  return it->second.model;
}

// Each channel is the sum of two triangle waves and noise; the noise has a quarter of the weight.
// The sum is an integer and is divided once, without rounding, so that every compiler gives the
// same picture.
Image formula_picture(std::string_view name, int height, int width) {
  constexpr int kPeriod = 16384;
  const auto bits24 = [](const PseudoRandom& random, std::uint64_t i) {
    return static_cast<int>(random.unit(i) * 0x1p24f);
  };
  const PseudoRandom slopes(kFormulaSeed, std::string(name) + "/slopes");
  const PseudoRandom noise(kFormulaSeed, std::string(name) + "/noise");
  const auto slope = [&](int c, int wave, int axis) {
    return bits24(slopes, static_cast<std::uint64_t>(c * 4 + wave * 2 + axis)) % 2048 - 1024;
  };
  Image image(width, height, 3, SampleType::f32);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < 3; ++c) {
        int value = 0;
        for (int wave = 0; wave < 2; ++wave) {
          const int phase = (y * slope(c, wave, 0) + x * slope(c, wave, 1)) & (kPeriod - 1);
          value += 3 * std::min(phase, kPeriod - phase);
        }
        const std::size_t i = (static_cast<std::size_t>(y) * width + x) * 3 + c;
        value += bits24(noise, i) >> 10;
        image.f32()[i] = static_cast<float>(value) * 0x1p-16f;
      }
    }
  }
  return image;
}

StyleVector formula_style(std::string_view name, const Model& model) {
  return formula_style(name, model.info().style_size);
}

StyleVector formula_style(std::string_view name, std::size_t size) {
  const PseudoRandom random(kFormulaSeed, name);
  StyleVector style(size);
  for (std::size_t i = 0; i < style.values.size(); ++i)
    style.values[i] = 0.25f * random.symmetric(i);
  return style;
}

std::uint64_t checksum(std::span<const float> values) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    sum +=
        splitmix64(static_cast<std::uint64_t>(i) << 32 | std::bit_cast<std::uint32_t>(values[i]));
  }
  return sum;
}

}  // namespace nst::test
