// The progress callback, which also stops a run.
#pragma once

#include <functional>

namespace nst {

// A callback that is called several times during a run, on the thread that started the run. Its
// argument is the finished fraction in [0, 1]. It returns false to stop the run with
// Error{cancelled}.
using Progress = std::function<bool(double fraction)>;

}  // namespace nst
