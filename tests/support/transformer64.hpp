// The transformer in float64, written in the simplest way from the paper's table. Its result counts
// as the truth for pictures without a fixture, and for values that are inaccurate in float32.
#pragma once

#include <vector>

#include "support/formula_model.hpp"

namespace nst::test {

// Paints a content in a style with a formula network, in float64. Returns the picture, rounded once
// to float32 [h, w, 3]. Supports all kinds of padding, width and convolution.
std::vector<float> transformer64(const FormulaNetwork& network, const ImageView& content,
                                 const StyleVector& style);

}  // namespace nst::test
