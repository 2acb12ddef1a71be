// Sets the floating-point settings that affect results, such as the rounding, to their defaults.
#pragma once

#include <cfenv>

namespace nst {

// Sets the calling thread's floating-point environment to the default: rounding to nearest,
// denormals kept, no traps. The destructor restores the thread's own environment and exception
// flags. Reasons:
//
// - A host program that rounds upwards or flushes denormals would get different bytes.
// - A host program that traps invalid operations would crash, because unused vector lanes compute
//   arbitrary values.
class DefaultFloatEnvironment {
 public:
  DefaultFloatEnvironment() {
    std::fegetenv(&of_caller_);
    std::fesetenv(FE_DFL_ENV);
  }
  ~DefaultFloatEnvironment() { std::fesetenv(&of_caller_); }
  DefaultFloatEnvironment(const DefaultFloatEnvironment&) = delete;
  DefaultFloatEnvironment& operator=(const DefaultFloatEnvironment&) = delete;

 private:
  std::fenv_t of_caller_;
};

}  // namespace nst
