// The one exception of NST and its codes.
#pragma once

#include <stdexcept>
#include <string>

#include "nst/export.h"

namespace nst {

// The kind of failure; the values are also nst-run's exit codes and the C API's status codes.
enum class ErrorCode : int {
  internal = 1,    // a defect of NST itself
  usage = 2,       // an argument makes no sense
  input = 3,       // a picture or vector cannot be read or is unusable
  model = 4,       // a model file cannot be read, is damaged or incomplete
  output = 5,      // the result cannot be written
  limit = 6,       // a size or memory limit is exceeded
  cancelled = 130  // the progress callback asked to stop
};

// The one exception type. what() is a single line: what failed, on which file or tensor, what to do
// about it.
class NST_API Error : public std::runtime_error {
 public:
  Error(ErrorCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  ErrorCode code() const noexcept { return code_; }

 private:
  ErrorCode code_;
};

}  // namespace nst
