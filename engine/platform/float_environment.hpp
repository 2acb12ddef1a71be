// The floating-point settings that results depend on.
#pragma once

#include <cfenv>

namespace nst {

// Holds the calling thread at the default floating-point settings (rounding to nearest, denormals
// kept, nothing trapped) while it exists, then restores the thread's own, its exception flags
// included. A host that rounds upwards or flushes denormals would otherwise get other bytes, and
// one that traps invalid operations would die: padding lanes may compute what nobody reads.
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
