// nst-weights: the program that converts published weights to model files, and inspects and
// verifies both.
#include "apps/nst_weights/command_line.hpp"
#include "apps/program.hpp"
#include "base/text.hpp"

namespace {

int run(int argc, char** argv) {
  nst::weights::CommandLine line;
  try {
    line.app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) {  // --help or --version: app.exit() prints the answer
      line.app.exit(error);
      return 0;
    }
    throw nst::Error(nst::ErrorCode::usage,
                     nst::one_line(error.what()) + " (see nst-weights --help)");
  }
  line.run();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  return nst::program::run("nst-weights", "out of memory", run, argc, argv);
}
