// nst-run: the program that paints a photograph in the style of a painting. Chooses the command.
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>

#include "../program.hpp"
#include "commands.hpp"
#include "options.hpp"

namespace {

#if defined(NST_THREADS_OPENMP)
// Makes idle OpenMP threads sleep. By default they spin for milliseconds and take processors from
// new threads and from the picture codecs.
//
// A statically linked OpenMP runtime reads its settings in a constructor function, before main().
// The priority 101 makes this function run earlier. It has no effect on a shared OpenMP runtime,
// which reads its settings when it is loaded, before any constructor of the program.
[[gnu::constructor(101)]] void let_idle_threads_sleep() {
  ::setenv("OMP_WAIT_POLICY", "passive", 0);
}
#endif

// Parses the arguments, which start with the command's name, and does the command's work.
int run(std::unique_ptr<nst::run::Command> command, int argc, char** argv) {
  return nst::run::parse(command->app, argc, argv) ? command->run() : 0;
}

// Runs the command that the first argument names. Without a command it paints. A content file that
// is named like a command can be given as "./info". "help", "help COMMAND" and no argument at all
// mean the same as --help.
int dispatch(int argc, char** argv) {
  const bool wants_help = argc > 1 && argc <= 3 && std::strcmp(argv[1], "help") == 0;
  if (wants_help || argc == 1) {
    std::string option = "--help";
    if (argc == 3) {
      char* arguments[] = {argv[0], argv[2], option.data()};
      return dispatch(3, arguments);
    }
    char* arguments[] = {argv[0], option.data()};
    return run(nst::run::make_paint_command(), 2, arguments);
  }
  for (const nst::run::NamedCommand& command : nst::run::kCommands) {
    if (std::strcmp(argv[1], command.name) == 0) return run(command.make(), argc - 1, argv + 1);
  }
  return run(nst::run::make_paint_command(), argc, argv);
}

}  // namespace

int main(int argc, char** argv) {
  return nst::program::run("nst-run", "out of memory; use a smaller --size or picture", dispatch,
                           argc, argv);
}
