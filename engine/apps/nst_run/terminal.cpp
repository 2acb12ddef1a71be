#include "terminal.hpp"

#include <algorithm>
#include <cstdio>
#include <numeric>
#include <string>
#include <utility>

#include "../program.hpp"
#include "platform/terminal.hpp"

namespace nst::run {
ProgressBar::ProgressBar(bool quiet, std::vector<double> weights)
    : enabled_(possible(quiet)),
      weights_(std::move(weights)),
      total_(std::accumulate(weights_.begin(), weights_.end(), 0.0)) {}

ProgressBar::~ProgressBar() {
  if (program::unfinished_line.exchange(false)) std::fputs("\r\033[K", stderr);
}

bool ProgressBar::possible(bool quiet) { return !quiet && standard_error_is_terminal(); }

Progress ProgressBar::next_stage() {
  if (stages_begun_ > 0) done_before_ += weights_.at(stages_begun_ - 1);
  const double weight = weights_.at(stages_begun_++);
  return [this, weight](double fraction) {
    if (enabled_ && total_ > 0.0) draw((done_before_ + weight * fraction) / total_);
    return true;
  };
}

void ProgressBar::draw(double fraction) {
  constexpr auto kDelay = std::chrono::seconds(1);
  constexpr auto kInterval = std::chrono::milliseconds(100);
  constexpr int kWidest = 40;
  constexpr int kAround = 9;  // columns of "[] 100 %" and one unused column at the edge
  const Clock::time_point now = Clock::now();
  if (now - start_ < kDelay || now - last_draw_ < kInterval) return;
  last_draw_ = now;
  const int around = kAround + (note_.empty() ? 0 : 2 + static_cast<int>(note_.size()));
  const int width = std::min(terminal_columns() - around, kWidest);
  if (width < 1) return;
  program::unfinished_line = true;
  const int filled = static_cast<int>(std::clamp(fraction, 0.0, 1.0) * width);
  const std::string bar = std::string(filled, '#') + std::string(width - filled, '.');
  const std::string note = note_.empty() ? "" : "  " + note_;
  std::fprintf(stderr, "\r[%s] %3d %%%s\033[K", bar.c_str(), static_cast<int>(fraction * 100.0),
               note.c_str());
  std::fflush(stderr);
}

}  // namespace nst::run
