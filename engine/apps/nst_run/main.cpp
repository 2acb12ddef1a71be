// nst-run: the program that paints a photograph in the style of a painting. Chooses the command.
#include <cstdlib>
#include <cstring>
#include <string>

#include "../program.hpp"
#include "commands.hpp"

namespace {

#if defined(NST_THREADS_OPENMP)
// Makes idle OpenMP threads sleep. By default they spin for milliseconds, while new threads and the
// pictures' codecs need their processors. A statically linked OpenMP runtime reads its settings in
// a constructor, so this constructor runs first. For a shared runtime it is too late.
[[gnu::constructor(101)]] void let_idle_threads_sleep() {
  ::setenv("OMP_WAIT_POLICY", "passive", 0);
}
#endif

struct Command {
  const char* name;
  int (*run)(int argc, char** argv);
};
constexpr Command kCommands[] = {
    {"encode", nst::run::encode_command},
    {"info", nst::run::info_command},
    {"bench", nst::run::bench_command},
};

// Runs the command that the first argument names, else paints. A picture called "info" is given as
// ./info. "help" and "help COMMAND" show what --help does.
int dispatch(int argc, char** argv) {
  if (argc > 1 && argc <= 3 && std::strcmp(argv[1], "help") == 0) {
    std::string option = "--help";
    char* arguments[] = {argv[0], argv[2], option.data()};
    return argc == 3 ? dispatch(3, arguments) : nst::run::stylize_command(1, argv);
  }
  for (const Command& command : kCommands) {
    if (argc > 1 && std::strcmp(argv[1], command.name) == 0) {
      return command.run(argc - 1, argv + 1);
    }
  }
  return nst::run::stylize_command(argc, argv);
}

}  // namespace

int main(int argc, char** argv) {
  return nst::program::run("nst-run", "out of memory; use a smaller --size or picture", dispatch,
                           argc, argv);
}
