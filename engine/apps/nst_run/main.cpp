#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <iostream>
#include <new>
#include <string>

#include "commands.hpp"
#include "nst/nst.hpp"
#include "terminal.hpp"

namespace {

#if defined(NST_THREADS_OPENMP)
// Idle threads are to sleep: by default they spin for milliseconds, while new threads and the
// pictures' codecs want their processors. A linked-in OpenMP runtime reads its settings in a
// constructor, so this one comes first; a shared one has read them by now.
[[gnu::constructor(101)]] void let_idle_threads_sleep() {
  ::setenv("OMP_WAIT_POLICY", "passive", 0);
}
#endif

struct Command {
  const char* name;
  void (*run)(int argc, char** argv);
};
constexpr Command kCommands[] = {
    {"encode", nst::run::encode_command},
    {"info", nst::run::info_command},
    {"bench", nst::run::bench_command},
};

// Only the first argument can name a command, so a picture called "info" is ./info.
void dispatch(int argc, char** argv) {
  for (const Command& command : kCommands) {
    if (argc > 1 && std::strcmp(argv[1], command.name) == 0) {
      command.run(argc - 1, argv + 1);
      return;
    }
  }
  nst::run::stylize_command(argc, argv);
}

int fail(nst::ErrorCode code, std::string message) {
  for (char& c : message) {
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  }
  std::fprintf(stderr, "nst-run: %s\n", message.c_str());
  return static_cast<int>(code);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    nst::run::watch_interrupts();
    dispatch(argc, argv);
    if (!std::cout.flush()) {
      return fail(nst::ErrorCode::output, "standard output: cannot write; check where it goes");
    }
    return 0;
  } catch (const nst::Error& error) {
    return fail(error.code(), error.code() == nst::ErrorCode::cancelled
                                  ? "interrupted; nothing was written, start again"
                                  : error.what());
  } catch (const std::bad_alloc&) {
    return fail(nst::ErrorCode::limit, "out of memory; use a smaller --size or picture");
  } catch (const std::exception& error) {
    return fail(nst::ErrorCode::internal,
                std::string("internal error (") + error.what() + "); please report it");
  }
}
