// Shares the work items of a step among threads, and waits for the end of a step.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <vector>

#include "platform/threads.hpp"

namespace nst {

// Shares the work items of every step among the threads of a team. Each thread first takes its own
// part of the items, one after the other. The part is at the same position in every step, so a
// thread mostly reads values that it wrote itself, from its own cache. Then the thread takes items
// that slower threads have left.
//
// A step ends when all its items are done, even if some threads have not reached the step. So a
// thread that the system does not schedule delays the others only if it stops while computing an
// item. When such a thread runs again, it finds all items taken and goes on to the next step.
class WorkSharing {
 public:
  // Allocates counters for `steps` steps and teams of up to `threads` threads. Must not be called
  // during a run.
  void prepare(std::size_t steps, int threads) {
    threads_ = std::max(threads, threads_);
    if (taken_.size() < steps * parts()) taken_ = std::vector<std::atomic<int>>(steps * parts());
    if (done_.size() < steps) done_ = std::vector<Count>(steps);
  }

  // Marks all items of all steps as not taken. Must be called before each run.
  void restart() {
    for (std::atomic<int>& taken : taken_) taken.store(0, std::memory_order_relaxed);
    for (Count& done : done_) done.items.store(0, std::memory_order_relaxed);
  }

  // Calls work(item) for the work items that this thread gets. Every thread of the running team
  // must call this function, with its own number 0 <= thread < team. Returns when all items of the
  // step are done. The caller then sees all values that any thread has written.
  template <class Work>
  void for_each(int step, int items, int thread, int team, Work work) {
    std::atomic<int>* const taken = taken_.data() + static_cast<std::size_t>(step) * parts();
    int finished = 0;
    for (int i = 0; i < team; ++i) {
      const int part = (thread + i) % team;
      const auto bound = [&](long long k) { return static_cast<int>(k * items / team); };
      const int first = bound(part);
      const int size = bound(part + 1) - first;
      // Reads the counter before incrementing it. If all items of the part are taken, this avoids
      // the increment, which would take the cache line away from threads that are working.
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
  // For each part of each step [step][part]: how many of its items threads have taken.
  std::vector<std::atomic<int>> taken_;
  // For each step: how many of its items are finished.
  std::vector<Count> done_;
};

}  // namespace nst
