#include "terminal.hpp"

#include <algorithm>
#include <cstdio>
#include <string>

#include "../program.hpp"
#include "platform/terminal.hpp"

namespace nst::run {

ProgressBar::~ProgressBar() { program::clear_unfinished_line(); }

bool ProgressBar::possible(bool quiet) { return !quiet && standard_error_is_terminal(); }

Progress ProgressBar::callback() {
  if (!enabled_) return {};
  return [this](double fraction) {
    draw(fraction);
    return true;
  };
}

void ProgressBar::draw(double fraction) {
  constexpr auto kDelay = std::chrono::seconds(1);
  constexpr auto kInterval = std::chrono::milliseconds(100);
  constexpr int kWidest = 40;
  // Columns of the line besides the bar itself: 8 for "[] 100 %", and one at the terminal's edge
  // that stays empty.
  constexpr int kAround = 9;
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
