// Style parameters: γ and β of every conditional instance norm, each computed from the style vector
// by one dense layer.
#pragma once

#include <vector>

#include "networks/style_layout.hpp"
#include "nst/style.hpp"
#include "weights/weight_store.hpp"

namespace nst {

// Returns all γ and β, layout.size floats, for a style of layout.style_size numbers. Throws
// Error{input} if one is not finite, as CheckNumerics in TensorFlow's graph does.
std::vector<float> style_params(const WeightStore& layers, const StyleLayout& layout,
                                const StyleVector& style);

}  // namespace nst
