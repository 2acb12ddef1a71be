// Protects sections of code from a fork() that the host program calls on another thread.
#pragma once

namespace nst {

// While an object of this class exists, a call of fork() by any thread waits until the object is
// destroyed. Without this, a child process could inherit a locked mutex but not the thread that
// unlocks it. Use this class only for short sections that call no code of the host program.
class ForkGuard {
 public:
  ForkGuard();
  ~ForkGuard();
  ForkGuard(const ForkGuard&) = delete;
  ForkGuard& operator=(const ForkGuard&) = delete;
};

}  // namespace nst
