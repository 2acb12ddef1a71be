// Every item of a step is computed once, whoever comes when.
#include "graph/work_sharing.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

namespace nst {
namespace {

std::vector<int> taken_by(WorkSharing& sharing, int step, int items, int thread, int team) {
  std::vector<int> taken;
  sharing.for_each(step, items, thread, team, [&](int item) {
    taken.push_back(item);
    return true;
  });
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
  // Thread 1 of three stops inside its own part, items 3 to 6.
  std::vector<int> begun;
  sharing.for_each(0, 10, 1, 3, [&](int item) {
    begun.push_back(item);
    return item != 4;
  });
  CHECK(begun == range(3, 5));
  CHECK(taken_by(sharing, 0, 10, 2, 3) == std::vector<int>{6, 7, 8, 9, 0, 1, 2, 5});
  CHECK(taken_by(sharing, 0, 10, 0, 3).empty());
  // Other steps have counts of their own, and a new run starts them all again.
  CHECK(taken_by(sharing, 1, 2, 0, 3) == range(0, 2));
  sharing.restart();
  CHECK(taken_by(sharing, 0, 4, 0, 1) == range(0, 4));
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
        sharing.for_each(0, kItems, thread, kTeam, [&](int item) {
          ++times[static_cast<std::size_t>(item)];
          return true;
        });
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
