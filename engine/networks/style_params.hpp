// Style parameters: γ and β of every conditional instance norm. Each of them is computed from the
// style vector by a dense layer of its own.
#pragma once

#include <vector>

#include "networks/style_layout.hpp"
#include "nst/style.hpp"
#include "weights/weight_store.hpp"

namespace nst {

// Computes all γ and β for a style of layout.style_size numbers, and returns them as layout.size
// floats. Throws Error{input} if a result is not finite. (TensorFlow's graph makes the same check
// by CheckNumerics.)
std::vector<float> style_params(const WeightStore& layers, const StyleLayout& layout,
                                const StyleVector& style);

}  // namespace nst
