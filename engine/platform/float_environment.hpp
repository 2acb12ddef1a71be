// The floating-point settings that results depend on.
#pragma once

#include <cfenv>

namespace nst {

// Sets the calling thread's floating-point environment to the default: rounding to nearest,
// denormals kept, no traps. The destructor restores the thread's own, with its exception flags.
// Otherwise a host that rounds upwards or flushes denormals would get other bytes. A host that
// traps invalid operations would crash, because unused lanes compute arbitrary values.
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
