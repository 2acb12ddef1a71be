#include "terminal.hpp"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <numeric>
#include <string>
#include <utility>

namespace nst::run {
namespace {

volatile sig_atomic_t interrupted = 0;

void on_interrupt(int) { interrupted = 1; }

}  // namespace

void watch_interrupts() {
  struct sigaction action {};
  action.sa_handler = on_interrupt;
  action.sa_flags = static_cast<int>(SA_RESETHAND);  // the second one finds the default: death
  sigemptyset(&action.sa_mask);
  // A background job of a shell without job control is started with SIGINT ignored; keep it so.
  struct sigaction inherited {};
  sigaction(SIGINT, nullptr, &inherited);
  if (inherited.sa_handler != SIG_IGN) sigaction(SIGINT, &action, nullptr);
}

void check_interrupt() {
  if (interrupted != 0) throw Error(ErrorCode::cancelled, "interrupted");
}

ProgressBar::ProgressBar(bool quiet, std::vector<double> weights)
    : enabled_(possible(quiet)),
      weights_(std::move(weights)),
      total_(std::accumulate(weights_.begin(), weights_.end(), 0.0)) {}

ProgressBar::~ProgressBar() {
  if (drawn_) std::fputs("\r\033[K", stderr);
}

bool ProgressBar::possible(bool quiet) { return !quiet && isatty(STDERR_FILENO) == 1; }

Progress ProgressBar::next_stage() {
  if (stages_begun_ > 0) done_before_ += weights_.at(stages_begun_ - 1);
  const double weight = weights_.at(stages_begun_++);
  return [this, weight](double fraction) {
    if (enabled_ && total_ > 0.0) draw((done_before_ + weight * fraction) / total_);
    return interrupted == 0;
  };
}

void ProgressBar::draw(double fraction) {
  constexpr auto kDelay = std::chrono::seconds(1);
  constexpr auto kInterval = std::chrono::milliseconds(100);
  constexpr int kWidth = 40;
  const Clock::time_point now = Clock::now();
  if (now - start_ < kDelay || now - last_draw_ < kInterval) return;
  last_draw_ = now;
  drawn_ = true;
  const int filled = static_cast<int>(std::clamp(fraction, 0.0, 1.0) * kWidth);
  const std::string bar = std::string(filled, '#') + std::string(kWidth - filled, '.');
  std::fprintf(stderr, "\r[%s] %3d %%", bar.c_str(), static_cast<int>(fraction * 100.0));
  std::fflush(stderr);
}

}  // namespace nst::run
