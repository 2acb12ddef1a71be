// The progress bar that nst-run shows at a terminal.
#pragma once

#include <chrono>
#include <string>
#include <utility>

#include "nst/nst.hpp"

namespace nst::run {

// A progress bar on standard error. It is drawn only at a terminal that can move its cursor, and
// only after a second of work. The bar is as wide as the terminal allows. The destructor removes
// the bar.
class ProgressBar {
 public:
  explicit ProgressBar(bool quiet) : enabled_(possible(quiet)) {}
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  // Returns the progress callback that draws the bar. The callback refers to this object, which
  // must outlive it. If no bar may be drawn, returns an empty callback, which saves computing the
  // progress.
  Progress callback();

  // Sets a text that follows the percentage, such as "12/600".
  void set_note(std::string note) { note_ = std::move(note); }

 private:
  using Clock = std::chrono::steady_clock;
  static bool possible(bool quiet);
  void draw(double fraction);

  bool enabled_;
  std::string note_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point last_draw_{};
};

}  // namespace nst::run
