// The only interface for running code on several threads. There are two implementations, and the
// build chooses one (NST_THREADS): a team of the library's own threads, or OpenMP.
#pragma once

#include <atomic>
#include <exception>
#include <type_traits>

namespace nst {

// Largest number of threads of a run.
inline constexpr int kMaxThreads = 1024;

// Returns the name of the thread implementation: "own" or "openmp".
const char* thread_backend_name();

// A reference to a function of (thread number, team size). Must not outlive the function that it
// refers to.
class TeamWork {
 public:
  template <class Work>
  requires(!std::is_same_v<std::remove_cvref_t<Work>, TeamWork>)
      TeamWork(Work& work)  // NOLINT: implicit on purpose
      : of_(&work),
        call_([](void* of, int thread, int team) { (*static_cast<Work*>(of))(thread, team); }) {}

  void operator()(int thread, int team) const { call_(of_, thread, team); }

 private:
  void* of_;
  void (*call_)(void* of, int thread, int team);
};

// Calls work(0, team) on the calling thread. At the same time calls work(thread, team) on up to
// threads - 1 other threads, whose numbers begin at 1. `team` is the number of all these threads.
// Returns when all calls have returned.
//
// Other threads may begin late or not at all, if processors are busy or no thread can be created.
// So `work` must be a loop that takes remaining work until none is left, and one thread alone must
// be able to finish. `work` must not throw. The other threads use the default floating-point
// environment; the library's own threads also block all signals. Works in a forked child process
// too.
void in_team(int threads, TeamWork work);

// Creates the threads that in_team(threads, ...) will use, or as many of them as the system gives.
void ensure_threads(int threads);

// Calls work(item) once for each item in [0, items), on up to `threads` threads, in any order. If a
// call throws, the remaining items are skipped and the first exception is thrown again.
template <class Work>
void for_each_item(int threads, int items, Work&& work) {
  std::atomic<int> next{0};
  std::atomic<bool> failed{false};
  std::exception_ptr thrown;
  auto take_items = [&](int, int) noexcept {
    for (int item = next++; item < items && !failed; item = next++) {
      try {
        work(item);
      } catch (...) {
        if (!failed.exchange(true)) thrown = std::current_exception();
      }
    }
  };
  in_team(threads < items ? threads : items, take_items);
  if (thrown) std::rethrow_exception(thrown);
}

// Tells the processor that the calling thread is waiting in a loop (PAUSE, YIELD).
inline void pause_briefly() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// Waits until `value` is no longer `old`: spins for about 50 µs, then sleeps. Threads with equal
// shares of a step finish within 50 µs of each other. A thread that the system interrupts takes
// much longer, so spinning for it would be a waste. Whoever changes `value` must call notify_all().
inline void wait_while_equal(const std::atomic<int>& value, int old) {
  constexpr int kSpins = 1000;
  for (int i = 0; i < kSpins; ++i) {
    if (value.load(std::memory_order_acquire) != old) return;
    pause_briefly();
  }
  value.wait(old, std::memory_order_acquire);
}

}  // namespace nst
