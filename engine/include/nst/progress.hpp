// The progress callback, which also stops a run.
#pragma once

#include <functional>

namespace nst {

// Called several times during a run, on the calling thread, with the fraction done in [0, 1].
// Return false to stop the run with Error{cancelled}.
using Progress = std::function<bool(double fraction)>;

}  // namespace nst
