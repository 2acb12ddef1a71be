// Style parameters: style vector [n] → γ and β of every conditional instance norm, each by one
// dense layer.
#pragma once

#include <vector>

#include "model/layer_store.hpp"
#include "networks/style_layout.hpp"
#include "nst/style.hpp"

namespace nst {

// Returns all γ and β, `layout.size` floats, for a style of `layout.style_size` numbers. Throws
// Error{input} if one of them is not finite: TensorFlow's graph checks the same (CheckNumerics).
std::vector<float> style_params(const LayerStore& layers, const StyleLayout& layout,
                                const StyleVector& style);

}  // namespace nst
