// Threads: the only door to them. Two back ends stand behind it, chosen by the build (NST_THREADS):
// a team of the library's own, and OpenMP.
#pragma once

#include <atomic>
#include <exception>
#include <type_traits>

namespace nst {

inline constexpr int kMaxThreads = 1024;

// "own" or "openmp".
const char* thread_backend_name();

// A borrowed function of a thread's number and the size of its team; must not outlive what it was
// made from.
class TeamWork {
 public:
  template <class Work>
  requires(!std::is_same_v<std::remove_cvref_t<Work>, TeamWork>)
      TeamWork(Work& work)  // NOLINT: a reference to any function is one
      : of_(&work),
        call_([](void* of, int thread, int team) { (*static_cast<Work*>(of))(thread, team); }) {}

  void operator()(int thread, int team) const { call_(of_, thread, team); }

 private:
  void* of_;
  void (*call_)(void* of, int thread, int team);
};

// Calls work(thread, team) on the calling thread, with thread = 0, and at the same time on up to
// `threads` - 1 others, with numbers below team <= threads. Returns when all calls have returned.
//
// Others may come late or not at all, where the processors are taken or no thread can be created,
// so `work` must be a loop over what is left to do that one thread alone can finish. It must not
// throw. The other threads compute in the default floating-point environment and take no signals of
// the host. In a child of fork() it works as in the parent.
void in_team(int threads, TeamWork work);

// Makes the threads that in_team(threads, ...) would use, as many as can be had.
void ensure_threads(int threads);

// Calls work(item) once for each item in [0, items), on up to `threads` threads, in no order.
// Throws what a call threw (the first one caught); later items are then left out.
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

// Returns when `value` is no longer `old`: spins some 50 µs, then sleeps. Threads of an evenly
// split step finish closer together than that, and a time slice is much longer. Whoever changes the
// value must notify_all().
inline void wait_while_equal(const std::atomic<int>& value, int old) {
  constexpr int kSpins = 1000;
  for (int i = 0; i < kSpins; ++i) {
    if (value.load(std::memory_order_acquire) != old) return;
    pause_briefly();
  }
  value.wait(old, std::memory_order_acquire);
}

}  // namespace nst
