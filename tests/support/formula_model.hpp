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
#include "nst/nst.hpp"

namespace nst::test {

inline constexpr std::uint64_t kFormulaSeed = 2017;

// The four networks, by the names of their fixture folders: "inception" (official size, α = 1),
// "mobile" (MobileNetV2 and α = 0.25), "separable_reflect" and "separable_zero" (α = 1, no
// predictor).
struct FormulaNetwork {
  std::string name;
  Architecture architecture;
  int alpha_percent;
};
const std::vector<FormulaNetwork>& formula_networks();
const FormulaNetwork& formula_network(std::string_view name);

// A tensor of a model file, without its values.
struct Variable {
  std::string name;
  std::vector<std::int64_t> shape;
};
std::vector<Variable> formula_variables(const FormulaNetwork& network);
std::vector<float> formula_values(const Variable& variable);

// A whole model file, float32.
std::vector<std::uint8_t> formula_model_file(const FormulaNetwork& network);
// The same opened; made once per process and network.
Model formula_model(std::string_view name);

// A smooth picture with edges and noise, f32 RGB in [0, 1).
Image formula_picture(std::string_view name, int height, int width);
// 100 numbers in [-0.25, 0.25).
StyleVector formula_style(std::string_view name);

// Order-sensitive 64-bit sum over the bits of the values (pseudo_random.py: checksum).
std::uint64_t checksum(std::span<const float> values);

}  // namespace nst::test
