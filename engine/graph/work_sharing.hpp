// Sharing the items of a step among threads, and waiting for the end of a step.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <vector>

#include "platform/threads.hpp"

namespace nst {

// Shares the items of every step among the threads of a team. Each thread first takes its own part
// of the items, one after the other. It is the same part of every step's range, so a thread mostly
// reads what it wrote itself, from its own cache. Then it takes items that slower threads have
// left.
//
// A step ends when its items are done, not when all threads have come. A thread that the system
// does not schedule delays the others only while it holds an item. When it runs again, it finds the
// items taken and goes on to the next step.
class WorkSharing {
 public:
  // Allocates for `steps` steps and teams of up to `threads` threads. Must not be called during a
  // run.
  void prepare(std::size_t steps, int threads) {
    threads_ = std::max(threads, threads_);
    if (taken_.size() < steps * parts()) taken_ = std::vector<std::atomic<int>>(steps * parts());
    if (done_.size() < steps) done_ = std::vector<Count>(steps);
  }

  // Resets all counters. Called before a run.
  void restart() {
    for (std::atomic<int>& taken : taken_) taken.store(0, std::memory_order_relaxed);
    for (Count& done : done_) done.items.store(0, std::memory_order_relaxed);
  }

  // Calls work(item) for the items that this thread gets. Every thread of the team that runs calls
  // this, 0 <= thread < team. Returns when all items of the step are done, by any thread; their
  // writes are visible then.
  template <class Work>
  void for_each(int step, int items, int thread, int team, Work work) {
    std::atomic<int>* const taken = taken_.data() + static_cast<std::size_t>(step) * parts();
    int finished = 0;
    for (int i = 0; i < team; ++i) {
      const int part = (thread + i) % team;
      const auto bound = [&](long long k) { return static_cast<int>(k * items / team); };
      const int first = bound(part);
      const int size = bound(part + 1) - first;
      // Reads before it increments, because a read does not take the cache line from threads that
      // work.
      while (taken[part].load(std::memory_order_relaxed) < size) {
        const int n = taken[part].fetch_add(1, std::memory_order_relaxed);
        if (n >= size) break;
        work(first + n);
        ++finished;
      }
    }
    await_end(done_[static_cast<std::size_t>(step)].items, finished, items);
  }

 private:
  struct alignas(64) Count {
    std::atomic<int> items{0};
  };

  std::size_t parts() const { return static_cast<std::size_t>(threads_); }

  static void await_end(std::atomic<int>& done, int finished, int items) {
    int now = finished > 0 ? done.fetch_add(finished, std::memory_order_acq_rel) + finished
                           : done.load(std::memory_order_acquire);
    if (finished > 0 && now == items) done.notify_all();
    for (; now != items; now = done.load(std::memory_order_acquire)) wait_while_equal(done, now);
  }

  int threads_ = 0;
  std::vector<std::atomic<int>> taken_;  // number of taken items by [step][part]
  std::vector<Count> done_;              // number of finished items by [step]
};

}  // namespace nst
