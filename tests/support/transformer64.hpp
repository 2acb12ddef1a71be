// The transformer in float64, written plainly from the paper's table. Tests use the result as the
// truth for pictures without a fixture and for values that are hard in float32.
#pragma once

#include <vector>

#include "support/formula_model.hpp"

namespace nst::test {

// Returns the picture of a formula network for a content and a style, rounded once to float32 [h,
// w, 3]. All kinds of padding, width and convolution are supported.
std::vector<float> transformer64(const FormulaNetwork& network, const ImageView& content,
                                 const StyleVector& style);

}  // namespace nst::test
