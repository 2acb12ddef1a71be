// Tests of work sharing. Every work item of a step must be computed once, whichever threads take
// part and whenever they join.
#include "graph/work_sharing.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

namespace nst {
namespace {

// Lets one thread of a team of `team` threads take part in a step, and returns the work items that
// it computes. The thread also computes the items of threads that do not take part.
std::vector<int> taken_by(WorkSharing& sharing, int step, int items, int thread, int team) {
  std::vector<int> taken;
  sharing.for_each(step, items, thread, team, [&](int item) { taken.push_back(item); });
  return taken;
}

std::vector<int> range(int first, int last) {
  std::vector<int> items;
  for (int i = first; i < last; ++i) items.push_back(i);
  return items;
}

TEST_CASE("A thread takes its own part of a step, then what the others have left") {
  WorkSharing sharing;
  sharing.prepare(2, 3);
  sharing.restart();
  CHECK(taken_by(sharing, 0, 10, 1, 3) == std::vector<int>{3, 4, 5, 6, 7, 8, 9, 0, 1, 2});
  // Tests that a thread that joins late finds nothing to do and does not wait.
  CHECK(taken_by(sharing, 0, 10, 2, 3).empty());
  // Tests that step 1 begins with counters of its own, and that restart() resets the counters of
  // all steps, so that step 0 can run again.
  CHECK(taken_by(sharing, 1, 2, 0, 3) == range(0, 2));
  sharing.restart();
  CHECK(taken_by(sharing, 0, 4, 0, 1) == range(0, 4));
}

TEST_CASE("A step ends when its items are done, whoever does not come") {
  WorkSharing sharing;
  sharing.prepare(1, 3);
  sharing.restart();
  std::atomic<bool> first_is_at_work{false}, second_ended{false};
  std::thread slow([&] {
    sharing.for_each(0, 4, 0, 3, [&](int) {
      first_is_at_work = true;
      std::this_thread::sleep_for(std::chrono::milliseconds(30));
      // The second thread's for_each must not return before this item is done.
      CHECK(!second_ended);
    });
  });
  while (!first_is_at_work) std::this_thread::yield();
  // The second of three threads takes part now. The third never does, so the first two must also
  // compute its items.
  sharing.for_each(0, 4, 1, 3, [](int) {});
  second_ended = true;
  slow.join();
}

TEST_CASE("A team larger than a step, and a step without items") {
  WorkSharing sharing;
  sharing.prepare(1, 4);
  sharing.restart();
  CHECK(taken_by(sharing, 0, 0, 3, 4).empty());
  sharing.restart();
  std::vector<int> items;
  for (int thread = 0; thread < 4; ++thread) {
    for (const int item : taken_by(sharing, 0, 2, thread, 4)) items.push_back(item);
  }
  std::sort(items.begin(), items.end());
  CHECK(items == range(0, 2));
}

TEST_CASE("Threads at once take each item once") {
  constexpr int kItems = 1000;
  constexpr int kTeam = 4;
  WorkSharing sharing;
  sharing.prepare(1, kTeam);
  for (int run = 0; run < 20; ++run) {
    sharing.restart();
    std::vector<std::atomic<int>> times(kItems);
    std::vector<std::thread> team;
    for (int thread = 0; thread < kTeam; ++thread) {
      team.emplace_back([&, thread] {
        sharing.for_each(0, kItems, thread, kTeam,
                         [&](int item) { ++times[static_cast<std::size_t>(item)]; });
      });
    }
    for (std::thread& thread : team) thread.join();
    int once = 0;
    for (const std::atomic<int>& n : times) once += n == 1 ? 1 : 0;
    CHECK(once == kItems);
  }
}

}  // namespace
}  // namespace nst
