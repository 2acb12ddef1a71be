#include <cstdlib>
#include <cstring>

#include "../program.hpp"
#include "commands.hpp"

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

}  // namespace

int main(int argc, char** argv) {
  return nst::program::run("nst-run", "out of memory; use a smaller --size or picture", dispatch,
                           argc, argv);
}
