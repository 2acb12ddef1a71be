// Computes the size of a picture that is resized to a given shorter side.
#pragma once

#include "nst/image.hpp"

namespace nst {

// Returns the size of a picture after a resize to the shorter side `side` (> 0), by Magenta's
// formula (nst/image.hpp, apply). With bounds_aspect, a picture of an aspect (longer / shorter
// side) above 16 gets as many pixels as one of aspect 16. Styles are resized with bounds_aspect.
// Throws Error{limit} for more than 2^28 pixels.
Size shorter_side_size(Size picture, int side, bool bounds_aspect);

}  // namespace nst
