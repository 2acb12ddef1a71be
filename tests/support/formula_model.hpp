// Networks without weight files: every weight, picture and style is computed by a formula.
// tests/golden/formula_model.py computes the same numbers, bit for bit.
//
// The folder tests/fixtures/golden has TensorFlow's results for these networks. Its formula.json
// has some of the computed numbers, to check the formulas in both languages.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/model_file.hpp"
#include "networks/published_shapes.hpp"
#include "nst/nst.hpp"

namespace nst::test {

inline constexpr std::uint64_t kFormulaSeed = 2017;

// A network whose weights are computed by formulas. The five networks have the names of their
// fixture folders:
// - "inception": the network of the published checkpoint;
// - "mobile": the predictor is MobileNetV2, the transformer has α = 0.25;
// - "hub": TF Hub's network, with 20 residual blocks and 768 style means;
// - "separable_reflect" and "separable_zero": transformers of α = 1 without a predictor.
struct FormulaNetwork {
  std::string name;
  Architecture architecture;
  PublishedNetwork sizes;
};
const std::vector<FormulaNetwork>& formula_networks();
const FormulaNetwork& formula_network(std::string_view name);

// The name and shape of a tensor in a model file.
using Variable = PublishedShapes::Tensor;
std::vector<Variable> formula_variables(const FormulaNetwork& network);
std::vector<float> formula_values(const Variable& variable);

// Returns the bytes of a model file that contains the network with float32 weights.
std::vector<std::uint8_t> formula_model_file(const FormulaNetwork& network);
// Returns the opened model of the network `name`. Each model is opened once per process.
Model formula_model(std::string_view name);

// Returns a picture computed by a formula, smooth with some edges and noise: f32 RGB in [0, 1).
Image formula_picture(std::string_view name, int height, int width);
// Returns a style vector of `size` numbers in [-0.25, 0.25), computed by a formula.
StyleVector formula_style(std::string_view name, std::size_t size = 100);
// Returns a style vector of the size that the model takes, computed by a formula.
StyleVector formula_style(std::string_view name, const Model& model);

// Returns a 64-bit checksum of the values' bits, which also depends on the values' order.
// checksum() in pseudo_random.py computes the same number.
std::uint64_t checksum(std::span<const float> values);

}  // namespace nst::test
