// Who computes which items of a step, and when a step has ended.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <vector>

#include "platform/threads.hpp"

namespace nst {

// Shares the items of every step among the threads of a team. Each thread first takes its own part,
// one item after the other, always the same part of the range: items go through a tensor's rows in
// order, so that what a thread reads is mostly what it wrote, still in its cache. Then it takes
// what the slower ones have left.
//
// A step ends when its items are done, not when all threads have come: a thread that the system
// keeps waiting delays the others only while it holds an item. When it comes at last, it finds the
// steps taken and walks on.
class WorkSharing {
 public:
  // For `steps` steps and teams of up to `threads`. Not while a run goes on.
  void prepare(std::size_t steps, int threads) {
    threads_ = std::max(threads, threads_);
    if (taken_.size() < steps * parts()) taken_ = std::vector<std::atomic<int>>(steps * parts());
    if (done_.size() < steps) done_ = std::vector<Count>(steps);
  }

  // Before a run: nothing is taken, nothing done.
  void restart() {
    for (std::atomic<int>& taken : taken_) taken.store(0, std::memory_order_relaxed);
    for (Count& done : done_) done.items.store(0, std::memory_order_relaxed);
  }

  // Called by every thread of the team that comes, 0 <= thread < team: calls work(item) for the
  // items that fall to it. Returns when all items of the step are done, by whomever; what their
  // threads wrote is visible then.
  template <class Work>
  void for_each(int step, int items, int thread, int team, Work work) {
    std::atomic<int>* const taken = taken_.data() + static_cast<std::size_t>(step) * parts();
    int finished = 0;
    for (int i = 0; i < team; ++i) {
      const int part = (thread + i) % team;
      const auto bound = [&](long long k) { return static_cast<int>(k * items / team); };
      const int first = bound(part);
      const int size = bound(part + 1) - first;
      // Looked at before it is raised: to look does not take the line from those at work.
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
  std::vector<std::atomic<int>> taken_;  // [step][part]
  std::vector<Count> done_;              // [step]
};

}  // namespace nst
