#include "platform/processors.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <thread>

#include "platform/control_groups.hpp"

#ifdef __linux__
#include <sched.h>
#include <unistd.h>
#endif

namespace nst {
namespace {

int processors_by_affinity() {
#ifdef __linux__
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return std::max(CPU_COUNT(&set), 1);
#endif
  return std::max(static_cast<int>(std::thread::hardware_concurrency()), 1);
}

}  // namespace

int usable_processors() {
  // The CPU quota is looked up only once, because a look-up takes longer than a short run.
  static const double quota = processor_quota();
  const int count = processors_by_affinity();
  if (quota <= 0) return count;
  return std::max(std::min(count, static_cast<int>(std::ceil(quota))), 1);
}

int current_processor() {
#ifdef __linux__
  return sched_getcpu();
#else
  return -1;
#endif
}

void move_to_own_processor([[maybe_unused]] int thread, [[maybe_unused]] int home) {
#ifdef __linux__
  cpu_set_t allowed;
  if (home < 0 || sched_getaffinity(0, sizeof allowed, &allowed) != 0) return;
  const int count = CPU_COUNT(&allowed);
  if (count < 2 || !CPU_ISSET(home, &allowed)) return;
  int processor = home;
  for (int steps = thread % count; steps > 0; --steps) {
    do {
      processor = (processor + 1) % CPU_SETSIZE;
    } while (!CPU_ISSET(processor, &allowed));
  }
  cpu_set_t own;
  CPU_ZERO(&own);
  CPU_SET(processor, &own);
  if (sched_setaffinity(0, sizeof own, &own) == 0) sched_setaffinity(0, sizeof allowed, &allowed);
#endif
}

void let_start(const std::atomic<bool>& started) {
  constexpr int kMost = 50;
  // About 60 µs pass before the thread runs again, because waking up takes time, too.
  constexpr auto kNap = std::chrono::microseconds(10);
  for (int i = 0; i < kMost && !started.load(std::memory_order_acquire); ++i) {
    std::this_thread::sleep_for(kNap);
  }
}

void use_processors_of_process() {
#ifdef __linux__
  cpu_set_t of_process;
  if (sched_getaffinity(getpid(), sizeof of_process, &of_process) == 0) {
    sched_setaffinity(0, sizeof of_process, &of_process);
  }
#endif
}

}  // namespace nst
