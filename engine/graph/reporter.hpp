// Reports the progress of a run, and passes a request to stop to the run's threads.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>

#include "nst/error.hpp"
#include "nst/progress.hpp"

namespace nst {

// Progress and cancellation of one run. The calling thread reports between its work items. After a
// request to stop, all threads still take their items but compute nothing, so that every step ends.
class Reporter {
 public:
  Reporter(const Progress* progress, double total) : progress_(progress), total_(total) {}

  bool stopped() const { return stop_.load(std::memory_order_relaxed); }
  void add(double work) {
    if (wanted()) done_.fetch_add(work, std::memory_order_relaxed);
  }
  // Calls the progress callback, at most every 20 ms unless `force` is true. Only the calling
  // thread may call this function.
  void report(bool force) noexcept {
    if (!wanted() || stopped()) return;
    const auto now = std::chrono::steady_clock::now();
    if (!force && now - last_ < std::chrono::milliseconds(20)) return;
    last_ = now;
    try {
      const double fraction = std::min(done_.load(std::memory_order_relaxed) / total_, 1.0);
      if (!(*progress_)(fraction)) stop_ = true;
    } catch (...) {
      thrown_ = std::current_exception();
      stop_ = true;
    }
  }
  void throw_if_stopped() const {
    if (thrown_) std::rethrow_exception(thrown_);
    if (stopped()) throw Error(ErrorCode::cancelled, "cancelled by the progress callback");
  }

 private:
  bool wanted() const { return progress_ && *progress_; }

  const Progress* progress_;
  double total_;
  std::atomic<double> done_{0.0};
  std::atomic<bool> stop_{false};
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
  std::exception_ptr thrown_;
};

}  // namespace nst
