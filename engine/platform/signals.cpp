#include "platform/signals.hpp"

#include <signal.h>
#include <unistd.h>

#include <cstring>
#include <initializer_list>

namespace nst {

void call_on_end_signals(void (*handler)(int number)) {
  struct sigaction action {};
  action.sa_handler = handler;
  sigfillset(&action.sa_mask);
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction inherited {};
    sigaction(number, nullptr, &inherited);
    if (inherited.sa_handler != SIG_IGN) sigaction(number, &action, nullptr);
  }
}

bool is_interrupt(int number) { return number == SIGINT; }

void ignore_file_size_signal() { ::signal(SIGXFSZ, SIG_IGN); }

void write_standard_error(const char* text) noexcept {
  (void)!::write(STDERR_FILENO, text, std::strlen(text));
}

}  // namespace nst
