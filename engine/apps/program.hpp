// Functions shared by NST's programs: failures are reported in one line of text, and signals end
// the programs cleanly.
#pragma once

#include <atomic>
#include <string>

namespace nst::program {

// Runs `work` as the whole program and returns the program's exit code. `name` is the program's
// name. A failure is reported as one line on standard error, "<name>: what, which file, what to
// do". The exit code is the code of the nst::Error. `when_memory_ends` is the line printed when
// memory runs out, so that printing it needs no memory.
//
// SIGINT (Ctrl-C), SIGTERM and SIGHUP remove unfinished output files and end the process at once,
// with exit codes 130, 143 and 129. A signal that was ignored when the program started (nohup,
// background jobs) stays ignored.
int run(const char* name, const char* when_memory_ends, int (*work)(int argc, char** argv),
        int argc, char** argv) noexcept;

// True while standard error shows an unfinished line, such as a progress bar. The unfinished line
// is erased before another line is printed.
extern std::atomic<bool> unfinished_line;
// Erases the unfinished line on standard error, if there is one. Async-signal-safe.
void clear_unfinished_line() noexcept;

// Prints "<name>: <text>" as one line on standard error, for a failure that does not end the
// program.
void print_line(const std::string& text);

}  // namespace nst::program
