// Sections that a fork() of the host must not cut in two.
#pragma once

namespace nst {

// While one exists, on any thread, fork() waits: a child would inherit the locks that the section
// holds, without the thread that would release them. For short sections that call nothing of the
// host.
class ForkGuard {
 public:
  ForkGuard();
  ~ForkGuard();
  ForkGuard(const ForkGuard&) = delete;
  ForkGuard& operator=(const ForkGuard&) = delete;
};

}  // namespace nst
