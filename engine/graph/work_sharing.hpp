// Who computes which items of a step.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <vector>

namespace nst {

// Shares the items of every step among the threads of a team. Each thread first takes its own part,
// one item after the other, always the same part of the range: items go through a tensor's rows in
// order, so that what a thread reads is mostly what it wrote, still in its cache. Then it takes
// what the slower ones have left.
class WorkSharing {
 public:
  // For `steps` steps and teams of up to `threads`. Not while a run goes on.
  void prepare(std::size_t steps, int threads) {
    threads_ = std::max(threads, threads_);
    if (taken_.size() < steps * parts()) taken_ = std::vector<std::atomic<int>>(steps * parts());
  }

  // Before a run: nothing is taken.
  void restart() {
    for (std::atomic<int>& taken : taken_) taken.store(0, std::memory_order_relaxed);
  }

  // Called by every thread of the team, 0 <= thread < team: work(item) for the items that fall to
  // it, until it returns false. All items of the step are begun when the last thread returns.
  template <class Work>
  void for_each(int step, int items, int thread, int team, Work work) {
    std::atomic<int>* const taken = taken_.data() + static_cast<std::size_t>(step) * parts();
    for (int i = 0; i < team; ++i) {
      const int part = (thread + i) % team;
      const auto bound = [&](long long k) { return static_cast<int>(k * items / team); };
      const int first = bound(part);
      const int size = bound(part + 1) - first;
      // Looked at before it is raised: to look does not take the line from those at work.
      while (taken[part].load(std::memory_order_relaxed) < size) {
        const int n = taken[part].fetch_add(1, std::memory_order_relaxed);
        if (n < size && !work(first + n)) return;
      }
    }
  }

 private:
  std::size_t parts() const { return static_cast<std::size_t>(threads_); }

  int threads_ = 0;
  std::vector<std::atomic<int>> taken_;  // [step][part]
};

}  // namespace nst
