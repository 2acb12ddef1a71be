// Threads: the only interface for starting them. It has two implementations, chosen by the build
// (NST_THREADS): a team of the library's own threads, and OpenMP.
#pragma once

#include <atomic>
#include <exception>
#include <type_traits>

namespace nst {

// Largest number of threads of a run.
inline constexpr int kMaxThreads = 1024;

// Returns the name of the implementation: "own" or "openmp".
const char* thread_backend_name();

// A borrowed function of a thread's number and the size of its team. Must not outlive the function
// that it was made from.
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

// Calls work(0, team) on the calling thread, and at the same time work(thread, team) on up to
// threads - 1 other threads, thread < team <= threads. Returns when all calls have returned.
//
// Other threads may come late or not at all, if the processors are busy or no thread can be
// created. So `work` must be a loop that takes remaining work and that one thread alone can finish.
// It must not throw. The other threads use the default floating-point environment and take no
// signals of the host. Works in a child of fork() too.
void in_team(int threads, TeamWork work);

// Creates the threads that in_team(threads, ...) would use, as many as the system gives.
void ensure_threads(int threads);

// Calls work(item) once for each item in [0, items), on up to `threads` threads, in any order.
// Throws the first exception caught; remaining items are then skipped.
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

// Tells the processor that the caller is waiting in a loop.
inline void pause_briefly() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// Waits until `value` is no longer `old`: spins for about 50 µs, then sleeps. Threads of an evenly
// split step finish within that time, and a time slice is much longer. Whoever changes the value
// must call notify_all().
inline void wait_while_equal(const std::atomic<int>& value, int old) {
  constexpr int kSpins = 1000;
  for (int i = 0; i < kSpins; ++i) {
    if (value.load(std::memory_order_acquire) != old) return;
    pause_briefly();
  }
  value.wait(old, std::memory_order_acquire);
}

}  // namespace nst
