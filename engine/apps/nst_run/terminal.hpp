// The progress bar that nst-run shows at a terminal.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "nst/nst.hpp"

namespace nst::run {

// A progress bar on standard error for several stages of work. It is drawn only at a terminal that
// can move its cursor, and only after a second of work. The bar is as wide as the terminal allows.
// The destructor removes the bar.
class ProgressBar {
 public:
  // `weights` are the expected work of each stage, in any unit.
  ProgressBar(bool quiet, std::vector<double> weights);
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  // Returns the progress callback of the next stage. The callback refers to this object, which must
  // outlive it.
  Progress next_stage();

  // Sets a text that follows the percentage, such as "12/600".
  void set_note(std::string note) { note_ = std::move(note); }

  // Returns true if a bar may be drawn. If not, callers need not compute the weights of the stages.
  static bool possible(bool quiet);

 private:
  using Clock = std::chrono::steady_clock;
  void draw(double fraction);

  bool enabled_;
  std::string note_;
  std::vector<double> weights_;
  double total_ = 0.0;
  std::size_t stages_begun_ = 0;
  double done_before_ = 0.0;  // total weight of the finished stages
  Clock::time_point start_ = Clock::now();
  Clock::time_point last_draw_{};
};

}  // namespace nst::run
