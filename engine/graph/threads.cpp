#include "graph/threads.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <string>
#include <thread>

#ifdef __linux__
#include <sched.h>
#endif
#ifdef _OPENMP
#include <omp.h>
#endif

#include "nst/nst.hpp"

namespace nst {
namespace {

// A thread that gets less than this (about 50 µs of arithmetic) costs more in barriers than it
// gives.
constexpr std::uint64_t kMacPerThread = 4'000'000;

int processors_by_affinity() {
#ifdef __linux__
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof(set), &set) == 0) return std::max(CPU_COUNT(&set), 1);
#endif
  return std::max(static_cast<int>(std::thread::hardware_concurrency()), 1);
}

// CPUs' worth of time per period that the cgroup grants, or 0 for no limit or no cgroup.
double cgroup_quota() {
  std::string quota;
  double period = 0;
  if (std::ifstream v2("/sys/fs/cgroup/cpu.max"); v2 >> quota >> period) {
    if (quota == "max" || period <= 0) return 0;
    return std::strtod(quota.c_str(), nullptr) / period;
  }
  double us = 0;
  std::ifstream quota_v1("/sys/fs/cgroup/cpu/cpu.cfs_quota_us");
  std::ifstream period_v1("/sys/fs/cgroup/cpu/cpu.cfs_period_us");
  if (quota_v1 >> us && period_v1 >> period && us > 0 && period > 0) return us / period;
  return 0;
}

#if defined(__linux__) && defined(_OPENMP)
// Moves the calling thread, number `thread` of a team whose first runs on processor `home`, to the
// one that is `thread` further among those it may use. It may be moved again at once.
void take_own_processor(int thread, int home) {
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return;
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
}
#endif

int resolved(int requested) {
  if (requested < 0 || requested > kMaxThreads) {
    throw Error(ErrorCode::usage, "the number of threads must be 1 to " +
                                      std::to_string(kMaxThreads) + ", or 0 for all available");
  }
  return requested == 0 ? available_threads() : requested;
}

}  // namespace

int available_threads() {
  int count = processors_by_affinity();
  static const double quota = cgroup_quota();  // to look it up takes longer than some runs
  if (quota > 0) {
    count = std::min(count, static_cast<int>(std::ceil(quota)));
  }
  return std::clamp(count, 1, kMaxThreads);
}

int team_size(int requested, std::uint64_t mac) {
  const int wanted = resolved(requested);
  const std::uint64_t useful = std::max<std::uint64_t>(mac / kMacPerThread, 1);
  return static_cast<int>(std::min<std::uint64_t>(static_cast<std::uint64_t>(wanted), useful));
}

void gather_team([[maybe_unused]] int threads) {
#if defined(__linux__) && defined(_OPENMP)
  // Runtimes end the threads that a smaller team leaves over, so the last team is what there is.
  thread_local int gathered = 1;
  if (threads > gathered) {
    const int home = sched_getcpu();
    // A region of its own: at its end the caller waits for the new threads instead of keeping
    // their processor busy.
#pragma omp parallel num_threads(threads)
    if (const int thread = omp_get_thread_num(); thread > 0) take_own_processor(thread, home);
  }
  gathered = threads;
#endif
}

void start_threads(int threads) { gather_team(resolved(threads)); }

}  // namespace nst
