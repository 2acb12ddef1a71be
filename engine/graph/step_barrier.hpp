// What keeps the threads of a run in step: a barrier that spins briefly, then sleeps.
#pragma once

#include <atomic>

namespace nst {

// The threads of a team wait in arrive_and_wait until the last one has come; reusable at once. What
// a thread wrote before is visible to all after. The OpenMP runtime's own barrier spins for
// milliseconds, which is ruinous when the processors are shared.
class StepBarrier {
 public:
  // `team`: how many threads come, the same for all of them.
  void arrive_and_wait(int team) {
    const unsigned phase = phase_.load(std::memory_order_relaxed);
    if (arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 == team) {
      arrived_.store(0, std::memory_order_relaxed);
      phase_.store(phase + 1, std::memory_order_release);
      phase_.notify_all();
      return;
    }
    for (int i = 0; i < kSpins; ++i) {
      if (phase_.load(std::memory_order_acquire) != phase) return;
      pause();
    }
    phase_.wait(phase, std::memory_order_acquire);
  }

 private:
  // About 50 µs: longer than well-shared items end apart, shorter than a time slice by far.
  static constexpr int kSpins = 1000;

  static void pause() {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
  }

  alignas(64) std::atomic<int> arrived_{0};
  alignas(64) std::atomic<unsigned> phase_{0};
};

}  // namespace nst
