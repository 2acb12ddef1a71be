#include "program.hpp"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <exception>
#include <iostream>
#include <new>

#include "nst/nst.hpp"

namespace nst::program {

std::atomic<bool> unfinished_line{false};

namespace {

const char* program_name = "";

void put(const char* text) { (void)!::write(STDERR_FILENO, text, std::strlen(text)); }

// Ends the process on a signal. A handler may call async-signal-safe functions only.
void end(int number) {
  remove_unfinished_files();
  if (unfinished_line) put("\r\033[K");
  put(program_name);
  put(number == SIGINT ? ": interrupted\n" : ": ended by a signal\n");
  ::_exit(128 + number);
}

void end_on_signals() {
  struct sigaction action {};
  action.sa_handler = end;
  sigfillset(&action.sa_mask);
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction inherited {};
    sigaction(number, nullptr, &inherited);
    if (inherited.sa_handler != SIG_IGN) sigaction(number, &action, nullptr);
  }
  ::signal(SIGXFSZ, SIG_IGN);  // exceeding a file size limit then becomes an ordinary error
}

// Prints "<program>: <text>" as one line, without allocating, and returns the exit code.
int fail(ErrorCode code, const char* text) noexcept {
  char line[4096];
  int length = std::snprintf(line, sizeof line - 1, "%s: %s", program_name, text);
  length = std::clamp(length, 0, static_cast<int>(sizeof line) - 2);
  for (int i = 0; i < length; ++i) {
    if (static_cast<unsigned char>(line[i]) < ' ') line[i] = ' ';
  }
  line[length] = '\n';
  std::fwrite(line, 1, static_cast<std::size_t>(length) + 1, stderr);
  return static_cast<int>(code);
}

}  // namespace

int run(const char* name, const char* when_memory_ends, void (*work)(int argc, char** argv),
        int argc, char** argv) noexcept {
  program_name = name;
  end_on_signals();
  try {
    work(argc, argv);
    if (std::cout.flush() && std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return 0;
    return fail(ErrorCode::output, "standard output: cannot write; check where it goes");
  } catch (const Error& error) {
    return fail(error.code(), error.what());
  } catch (const std::bad_alloc&) {
    return fail(ErrorCode::limit, when_memory_ends);
  } catch (const std::exception& error) {
    char text[2048];
    std::snprintf(text, sizeof text, "internal error (%s); please report it", error.what());
    return fail(ErrorCode::internal, text);
  } catch (...) {
    return fail(ErrorCode::internal, "internal error; please report it");
  }
}

}  // namespace nst::program
