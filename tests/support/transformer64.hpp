// The transformer in float64, written in the simplest way from the table in the paper. Its results
// are taken as exact where there is no fixture, and where results in float32 are inaccurate.
#pragma once

#include <vector>

#include "support/formula_model.hpp"

namespace nst::test {

// Paints a content in a style with a network whose weights are computed by a formula
// (formula_model.hpp), in float64. Returns the picture, rounded once to float32 [h, w, 3]. Supports
// all kinds of padding, width and convolution.
std::vector<float> transformer64(const FormulaNetwork& network, const ImageView& content,
                                 const StyleVector& style);

}  // namespace nst::test
