#include "graph/threads.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <string>
#include <thread>

#ifdef __linux__
#include <sched.h>
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

}  // namespace

int available_threads() {
  int count = processors_by_affinity();
  if (const double quota = cgroup_quota(); quota > 0) {
    count = std::min(count, static_cast<int>(std::ceil(quota)));
  }
  return std::clamp(count, 1, kMaxThreads);
}

int team_size(int requested, std::uint64_t mac) {
  if (requested < 0 || requested > kMaxThreads) {
    throw Error(ErrorCode::usage, "the number of threads must be 1 to " +
                                      std::to_string(kMaxThreads) + ", or 0 for all available");
  }
  const int wanted = requested == 0 ? available_threads() : requested;
  const std::uint64_t useful = std::max<std::uint64_t>(mac / kMacPerThread, 1);
  return static_cast<int>(std::min<std::uint64_t>(static_cast<std::uint64_t>(wanted), useful));
}

}  // namespace nst
