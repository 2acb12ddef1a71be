// Tests of start_threads(): which processors the new threads may use, and which counts are refused.
#include <doctest/doctest.h>
#ifdef __linux__
#include <sched.h>
#endif

#include <chrono>
#include <filesystem>
#include <set>
#include <string>
#include <thread>

#include "base/expect_error.hpp"
#include "nst/nst.hpp"

namespace nst::test {

TEST_CASE("start_threads refuses the numbers of threads that runs refuse") {
  for (const int threads : {-1, 1025}) {
    CAPTURE(threads);
    const std::string message = expect_error(ErrorCode::usage, [&] { start_threads(threads); });
    CHECK(contains(message, "must be 1 to 1024"));
  }
}

#ifdef __linux__
namespace {

std::set<int> threads_of_this_process() {
  std::set<int> ids;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/task")) {
    ids.insert(std::stoi(entry.path().filename().string()));
  }
  return ids;
}

cpu_set_t processors_of(int thread) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CHECK(sched_getaffinity(thread, sizeof set, &set) == 0);
  return set;
}

// Checks on which processors start_threads(count) lets threads run. The new threads and the caller
// must be allowed all processors that the caller was allowed before. They may also be allowed all
// processors of the process, because LLVM's OpenMP runtime sets its threads so.
//
// The check runs on a new thread, which gets a thread team of its own.
void check_processors_of_new_threads(int count, bool caller_is_bound) {
  std::thread([&] {
    const cpu_set_t of_process = processors_of(0);
    if (caller_is_bound) {
      cpu_set_t one;
      CPU_ZERO(&one);
      CPU_SET(sched_getcpu(), &one);
      CHECK(sched_setaffinity(0, sizeof one, &one) == 0);
    }
    const cpu_set_t allowed = processors_of(0);
    const auto check = [&](int thread) {
      const auto is_free = [&] {
        const cpu_set_t own = processors_of(thread);
        return CPU_EQUAL(&own, &allowed) || CPU_EQUAL(&own, &of_process);
      };
      // A new thread is first bound to a single processor. When it begins to run, it removes this
      // restriction. The test waits until that has happened.
      for (int i = 0; i < 1000 && !is_free(); ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
      }
      CHECK(is_free());
    };
    const std::set<int> before = threads_of_this_process();
    start_threads(count);
    start_threads(count);  // the second call must make no further threads
    int made = 0;
    for (const int thread : threads_of_this_process()) {
      if (before.contains(thread)) continue;
      ++made;
      check(thread);
    }
    CHECK(made < count);
    check(0);
  }).join();
}

}  // namespace

TEST_CASE("Started threads may run wherever their maker may") {
  for (const int count : {1, 2, 5}) {
    CAPTURE(count);
    check_processors_of_new_threads(count, false);
    check_processors_of_new_threads(count, true);
  }
}
#endif

}  // namespace nst::test
