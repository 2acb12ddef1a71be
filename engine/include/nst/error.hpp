// The exception type of NST and its error codes.
#pragma once

#include <stdexcept>
#include <string>

#include "nst/export.h"

namespace nst {

// The kind of a failure. The values are also nst-run's exit codes and the C API's status codes.
enum class ErrorCode : int {
  internal = 1,    // a defect of NST itself
  usage = 2,       // an argument is invalid
  input = 3,       // a picture or style vector cannot be read or cannot be used
  model = 4,       // a model file cannot be read, is damaged or is incomplete
  output = 5,      // the result cannot be written
  limit = 6,       // a size limit or memory limit is exceeded
  cancelled = 130  // the progress callback asked to stop
};

// The only exception type that NST throws. what() is a single line: what failed, on which file or
// tensor, and what to do about the failure.
class NST_API Error : public std::runtime_error {
 public:
  Error(ErrorCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  ErrorCode code() const noexcept { return code_; }

 private:
  ErrorCode code_;
};

}  // namespace nst
