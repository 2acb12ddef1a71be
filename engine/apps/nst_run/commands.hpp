// The commands of nst-run. Each parses its own arguments (argv[0] is its name) and does its work.
// Each throws nst::Error, whose code is the program's exit code.
#pragma once

namespace nst::run {

void stylize_command(int argc, char** argv);
void encode_command(int argc, char** argv);
void info_command(int argc, char** argv);
void bench_command(int argc, char** argv);

}  // namespace nst::run
