// Functions shared by NST's programs: failures are reported in one line of text, and signals end
// the programs cleanly.
#pragma once

#include <atomic>

namespace nst::program {

// Runs `work` as the whole program and returns the exit code. `name` is the program's name. A
// failure is reported by one line on standard error, "<name>: what, which file, what to do"; the
// code of an nst::Error is the exit code. `when_memory_ends` is the text of that line if memory
// runs out, so that the report needs no memory.
//
// SIGINT (Ctrl-C), SIGTERM and SIGHUP remove unfinished output files and end the process at once,
// with exit codes 130, 143 and 129. A signal that was ignored when the program started (nohup,
// background jobs) stays ignored.
int run(const char* name, const char* when_memory_ends, void (*work)(int argc, char** argv),
        int argc, char** argv) noexcept;

// True while an unfinished line, such as a progress bar, is on standard error. It is cleared before
// another line is printed.
extern std::atomic<bool> unfinished_line;

}  // namespace nst::program
