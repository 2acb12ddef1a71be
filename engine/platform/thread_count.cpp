#include "platform/thread_count.hpp"

#include <algorithm>
#include <string>

#include "nst/error.hpp"
#include "platform/processors.hpp"
#include "platform/threads.hpp"

namespace nst {
namespace {

// Fewest multiply-accumulates per thread (about 50 µs of arithmetic). With less work, waiting for
// one more thread costs more than the thread saves.
constexpr std::uint64_t kMacPerThread = 4'000'000;

}  // namespace

int thread_count(int requested) {
  if (requested < 0 || requested > kMaxThreads) {
    throw Error(ErrorCode::usage, "the number of threads must be 1 to " +
                                      std::to_string(kMaxThreads) + ", or 0 for all available");
  }
  return requested == 0 ? std::min(usable_processors(), kMaxThreads) : requested;
}

int threads_for_work(int requested, std::uint64_t mac) {
  const auto wanted = static_cast<std::uint64_t>(thread_count(requested));
  const std::uint64_t useful = std::max<std::uint64_t>(mac / kMacPerThread, 1);
  return static_cast<int>(std::min(wanted, useful));
}

}  // namespace nst
