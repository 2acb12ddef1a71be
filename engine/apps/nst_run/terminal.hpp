// What nst-run shows the person at the terminal: a progress bar.
#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

#include "nst/nst.hpp"

namespace nst::run {

// A bar on stderr over several stages of work, drawn only if stderr is a terminal that can move its
// cursor, as wide as fits there, and once the work has taken a second; removed at the end.
class ProgressBar {
 public:
  // `weights`: the expected work of each stage, in any unit.
  ProgressBar(bool quiet, std::vector<double> weights);
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  // The callback for the next stage; it refers to this object.
  Progress next_stage();

  // True if a bar may be drawn at all, so that weights are worth computing.
  static bool possible(bool quiet);

 private:
  using Clock = std::chrono::steady_clock;
  void draw(double fraction);

  bool enabled_;
  std::vector<double> weights_;
  double total_ = 0.0;
  std::size_t stages_begun_ = 0;
  double done_before_ = 0.0;  // weight of the finished stages
  Clock::time_point start_ = Clock::now();
  Clock::time_point last_draw_{};
};

}  // namespace nst::run
