// The one place that says what "shorter side N, aspect kept" is.
#pragma once

#include "nst/image.hpp"

namespace nst {

// Returns the size of a picture brought to a shorter side of `side` (> 0) by Magenta's formula
// (nst/image.hpp, apply). bounds_aspect: a picture beyond an aspect of 16 gets the pixels of one of
// 16, as a style is. Throws Error{limit} for more than 2^28 pixels.
Size shorter_side_size(Size picture, int side, bool bounds_aspect);

}  // namespace nst
