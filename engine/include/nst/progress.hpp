// How a run tells how far it is, and is stopped.
#pragma once

#include <functional>

namespace nst {

// Called on the calling thread between layers with the fraction done in [0, 1]; return false to
// stop with Error{cancelled}.
using Progress = std::function<bool(double fraction)>;

}  // namespace nst
