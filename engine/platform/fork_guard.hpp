// Sections of code that a fork() of the host must not interrupt.
#pragma once

namespace nst {

// Delays fork() on all threads while an object of this class exists. A child would inherit the
// section's locks without the thread that releases them. For short sections that call no code of
// the host.
class ForkGuard {
 public:
  ForkGuard();
  ~ForkGuard();
  ForkGuard(const ForkGuard&) = delete;
  ForkGuard& operator=(const ForkGuard&) = delete;
};

}  // namespace nst
