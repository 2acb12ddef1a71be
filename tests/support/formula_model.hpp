// Networks without weight files: every weight, picture and style is a formula, the same bits as
// tests/golden/formula_model.py makes.
//
// tests/fixtures/golden holds what TensorFlow computes with them; formula.json there pins the
// formulas.
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

// The five networks, by the names of their fixture folders: "inception" (the checkpoint's),
// "mobile" (MobileNetV2 and α = 0.25), "hub" (TF Hub's: 20 residual blocks, 768 style means),
// "separable_reflect" and "separable_zero" (α = 1, no predictor).
struct FormulaNetwork {
  std::string name;
  Architecture architecture;
  PublishedNetwork sizes;
};
const std::vector<FormulaNetwork>& formula_networks();
const FormulaNetwork& formula_network(std::string_view name);

// A tensor of a model file, without its values.
using Variable = PublishedShapes::Tensor;
std::vector<Variable> formula_variables(const FormulaNetwork& network);
std::vector<float> formula_values(const Variable& variable);

// A whole model file, float32.
std::vector<std::uint8_t> formula_model_file(const FormulaNetwork& network);
// The same opened; made once per process and network.
Model formula_model(std::string_view name);

// A smooth picture with edges and noise, f32 RGB in [0, 1).
Image formula_picture(std::string_view name, int height, int width);
// Numbers in [-0.25, 0.25).
StyleVector formula_style(std::string_view name, std::size_t size = 100);
// As many as the model takes.
StyleVector formula_style(std::string_view name, const Model& model);

// Order-sensitive 64-bit sum over the bits of the values (pseudo_random.py: checksum).
std::uint64_t checksum(std::span<const float> values);

}  // namespace nst::test
