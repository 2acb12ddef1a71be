// The commands of nst-run. Each parses its own arguments (argv[0] is the command's name), does its
// work and returns the program's exit code. A failure is thrown as nst::Error, whose code becomes
// the exit code.
#pragma once

namespace nst::run {

int stylize_command(int argc, char** argv);
int encode_command(int argc, char** argv);
int info_command(int argc, char** argv);
int bench_command(int argc, char** argv);
int sheet_command(int argc, char** argv);
int styles_command(int argc, char** argv);

}  // namespace nst::run
