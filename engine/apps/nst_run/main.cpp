// nst-run: the program that paints a photograph in the style of a painting. Chooses the command.
#include <cstdlib>
#include <cstring>
#include <string>

#include "../program.hpp"
#include "commands.hpp"

namespace {

#if defined(NST_THREADS_OPENMP)
// Makes idle OpenMP threads sleep. By default idle threads spin for milliseconds and take
// processors from new threads and from the picture codecs. A statically linked OpenMP runtime reads
// its settings in its own constructor, so this constructor runs before that. A shared OpenMP
// runtime has already read its settings, so this has no effect on it.
[[gnu::constructor(101)]] void let_idle_threads_sleep() {
  ::setenv("OMP_WAIT_POLICY", "passive", 0);
}
#endif

struct Command {
  const char* name;
  int (*run)(int argc, char** argv);
};
constexpr Command kCommands[] = {
    {"encode", nst::run::encode_command}, {"info", nst::run::info_command},
    {"bench", nst::run::bench_command},   {"sheet", nst::run::sheet_command},
    {"styles", nst::run::styles_command},
};

// Runs the command that the first argument names. Without a command it paints. A content file that
// is named like a command can be given as "./info". "help" and "help COMMAND" mean the same as
// --help.
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
