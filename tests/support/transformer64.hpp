// The transformer in float64, written once more from the paper's table, plainly: the truth for
// pictures that no fixture holds, and for what float32 makes hard.
#pragma once

#include <vector>

#include "support/formula_model.hpp"

namespace nst::test {

// What formula weights make of a content in a style, rounded once to float32 [h, w, 3]. Reflect or
// zero padding, plain or separable, any width.
std::vector<float> transformer64(const FormulaNetwork& network, const ImageView& content,
                                 const StyleVector& style);

}  // namespace nst::test
