#include "platform/memory.hpp"

#include <algorithm>
#include <limits>

#include "platform/control_groups.hpp"

#ifdef __linux__
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#endif

namespace nst {
namespace {

constexpr std::uint64_t kUnlimited = std::numeric_limits<std::uint64_t>::max();

std::uint64_t addresses_left() {
#ifdef __linux__
  rlimit limit{};
  if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return kUnlimited;
  // The first number in this file is the size of the process's address space in pages (proc(5)).
  std::ifstream statm("/proc/self/statm");
  std::uint64_t pages = 0;
  statm.imbue(std::locale::classic());
  if (!(statm >> pages)) return kUnlimited;
  const std::uint64_t used = pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  return limit.rlim_cur > used ? limit.rlim_cur - used : 0;
#else
  return kUnlimited;
#endif
}

}  // namespace

std::uint64_t memory_left() {
  return std::min(group_memory_left().value_or(kUnlimited), addresses_left());
}

bool memory_allows(std::uint64_t bytes) {
  return bytes < kLargeAllocation || bytes <= memory_left();
}

}  // namespace nst
