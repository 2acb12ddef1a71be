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

namespace nst::test {
namespace {

using Variables = std::vector<Variable>;

void add_conv(Variables& out, const std::string& layer, int kh, int kw, int in_c, int out_c) {
  out.push_back({layer + "/weights", {kh, kw, in_c, out_c}});
  out.push_back({layer + "/biases", {out_c}});
}

struct Conv {
  const char* layer;
  int kh, kw, out_c;
};
using Branches = std::vector<std::vector<Conv>>;

// slim's spelling mistakes are part of the published names: Mixed_5c's branch 1, and 3×3 kernels
// called 1x1 in Mixed_6a.
Branches mixed_5(bool is_5c, int pool_out) {
  return {{{"Conv2d_0a_1x1", 1, 1, 64}},
          {{is_5c ? "Conv2d_0b_1x1" : "Conv2d_0a_1x1", 1, 1, 48},
           {is_5c ? "Conv_1_0c_5x5" : "Conv2d_0b_5x5", 5, 5, 64}},
          {{"Conv2d_0a_1x1", 1, 1, 64}, {"Conv2d_0b_3x3", 3, 3, 96}, {"Conv2d_0c_3x3", 3, 3, 96}},
          {{"Conv2d_0b_1x1", 1, 1, pool_out}}};
}

Branches mixed_6a() {
  return {{{"Conv2d_1a_1x1", 3, 3, 384}},
          {{"Conv2d_0a_1x1", 1, 1, 64}, {"Conv2d_0b_3x3", 3, 3, 96}, {"Conv2d_1a_1x1", 3, 3, 96}}};
}

Branches mixed_6(int n) {
  return {{{"Conv2d_0a_1x1", 1, 1, 192}},
          {{"Conv2d_0a_1x1", 1, 1, n}, {"Conv2d_0b_1x7", 1, 7, n}, {"Conv2d_0c_7x1", 7, 1, 192}},
          {{"Conv2d_0a_1x1", 1, 1, n},
           {"Conv2d_0b_7x1", 7, 1, n},
           {"Conv2d_0c_1x7", 1, 7, n},
           {"Conv2d_0d_7x1", 7, 1, n},
           {"Conv2d_0e_1x7", 1, 7, 192}},
          {{"Conv2d_0b_1x1", 1, 1, 192}}};
}

void add_inception(Variables& out) {
  int in_c = 3;
  const auto chain = [&](const std::string& scope, const std::vector<Conv>& convs) {
    for (const Conv& c : convs) {
      add_conv(out, scope + c.layer, c.kh, c.kw, in_c, c.out_c);
      in_c = c.out_c;
    }
  };
  chain("InceptionV3/", {{"Conv2d_1a_3x3", 3, 3, 32},
                         {"Conv2d_2a_3x3", 3, 3, 32},
                         {"Conv2d_2b_3x3", 3, 3, 64},
                         {"Conv2d_3b_1x1", 1, 1, 80},
                         {"Conv2d_4a_3x3", 3, 3, 192}});
  struct Block {
    const char* name;
    Branches branches;
    int in_c;
  };
  const Block blocks[] = {
      {"Mixed_5b", mixed_5(false, 32), 192}, {"Mixed_5c", mixed_5(true, 64), 256},
      {"Mixed_5d", mixed_5(false, 64), 288}, {"Mixed_6a", mixed_6a(), 288},
      {"Mixed_6b", mixed_6(128), 768},       {"Mixed_6c", mixed_6(160), 768},
      {"Mixed_6d", mixed_6(160), 768},       {"Mixed_6e", mixed_6(192), 768}};
  for (const Block& block : blocks) {
    for (std::size_t i = 0; i < block.branches.size(); ++i) {
      in_c = block.in_c;
      chain("InceptionV3/" + std::string(block.name) + "/Branch_" + std::to_string(i) + "/",
            block.branches[i]);
    }
  }
  add_conv(out, "Conv", 1, 1, 768, 100);
}

void add_mobilenet(Variables& out) {
  constexpr std::array kOutputs{16, 24, 24, 32, 32,  32,  64,  64, 64,
                                64, 96, 96, 96, 160, 160, 160, 320};
  int in_c = 32;
  add_conv(out, "MobilenetV2/Conv", 3, 3, 3, in_c);
  for (std::size_t i = 0; i < kOutputs.size(); ++i) {
    std::string block = "MobilenetV2/expanded_conv";
    if (i) block.append("_").append(std::to_string(i));
    const int inner = i ? 6 * in_c : in_c;
    if (i) add_conv(out, block + "/expand", 1, 1, in_c, inner);
    out.push_back({block + "/depthwise/depthwise_weights", {3, 3, inner, 1}});
    out.push_back({block + "/depthwise/biases", {inner}});
    add_conv(out, block + "/project", 1, 1, inner, kOutputs[i]);
    in_c = kOutputs[i];
  }
  add_conv(out, "MobilenetV2/Conv_1", 1, 1, in_c, 1280);
  add_conv(out, "mobilenet_conv/Conv", 1, 1, 1280, 100);
}

constexpr int kStyleSize = 100;

// One of the 13 layers that a style steers: `block`/[dilate_]`conv`.
void add_normalised(Variables& out, bool separable, const std::string& block,
                    const std::string& conv, int k, int in_c, int out_c) {
  if (separable) {
    const std::string layer = "transformer/" + block + "/dilate_" + conv;
    out.push_back({layer + "/depthwise_weights", {k, k, in_c, 1}});
    out.push_back({layer + "/pointwise_weights", {1, 1, in_c, out_c}});
  } else {
    out.push_back({"transformer/" + block + "/" + conv + "/weights", {k, k, in_c, out_c}});
  }
  const std::string norm = "style_params/transformer/" + block + "/" + conv + "/StyleNorm";
  add_conv(out, norm + "/Conv", 1, 1, kStyleSize, out_c);    // β
  add_conv(out, norm + "/Conv_1", 1, 1, kStyleSize, out_c);  // γ
}

void add_transformer(Variables& out, const FormulaNetwork& network) {
  const auto a = [&](int channels) { return channels * network.alpha_percent / 100; };
  const bool separable = network.architecture.transformer == TransformerKind::separable;
  add_conv(out, "transformer/contract/conv1", 9, 9, 3, a(32));
  add_conv(out, "transformer/contract/conv2", 3, 3, a(32), a(64));
  add_conv(out, "transformer/contract/conv3", 3, 3, a(64), a(128));
  for (int i = 1; i <= 5; ++i) {
    const std::string block = "residual/residual" + std::to_string(i);
    add_normalised(out, separable, block, "conv1", 3, a(128), a(128));
    add_normalised(out, separable, block, "conv2", 3, a(128), a(128));
  }
  add_normalised(out, separable, "expand/conv1", "conv", 3, a(128), a(64));
  add_normalised(out, separable, "expand/conv2", "conv", 3, a(64), a(32));
  add_normalised(out, separable, "expand/conv3", "conv", 9, a(32), 3);
}

// formula_model.py, _gain: the reasons are there.
double gain(const Variable& v) {
  const auto contains = [&](std::string_view part) {
    return v.name.find(part) != std::string::npos;
  };
  if (v.name.starts_with("style_params/")) return 16.0;
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
      {"inception",
       {PredictorKind::inception_v3, TransformerKind::full, PaddingKind::reflect},
       100},
      {"mobile", {PredictorKind::mobilenet_v2, TransformerKind::full, PaddingKind::reflect}, 25},
      {"separable_reflect",
       {PredictorKind::none, TransformerKind::separable, PaddingKind::reflect},
       100},
      {"separable_zero",
       {PredictorKind::none, TransformerKind::separable, PaddingKind::zero},
       100}};
  return networks;
}

const FormulaNetwork& formula_network(std::string_view name) {
  for (const FormulaNetwork& network : formula_networks()) {
    if (network.name == name) return network;
  }
  throw std::invalid_argument("no formula network is called " + std::string(name));
}

std::vector<Variable> formula_variables(const FormulaNetwork& network) {
  Variables variables;
  if (network.architecture.predictor == PredictorKind::inception_v3) add_inception(variables);
  if (network.architecture.predictor == PredictorKind::mobilenet_v2) add_mobilenet(variables);
  add_transformer(variables, network);
  return variables;
}

// Every step is exact or rounded once, so that no compiler (contracting to fused multiply-adds or
// not) can differ.
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

// Two triangle waves per channel and a quarter of noise, in integers until one exact division.
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

StyleVector formula_style(std::string_view name) {
  const PseudoRandom random(kFormulaSeed, name);
  StyleVector style(kStyleSize);
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
