// What NST's programs share: one line for a failure, and a clean end when they are told to stop.
#pragma once

#include <atomic>

namespace nst::program {

// Runs `work` as the whole of a program called `name` and returns its exit code. A failure is said
// in one line on standard error, "<name>: what, which file, what to do"; an nst::Error's code is
// the exit code. `when_memory_ends` is that line's text when there is no memory left: to say it
// needs none.
//
// SIGINT (Ctrl-C), SIGTERM and SIGHUP remove the files that are being written and end the process
// at once, whatever it waits for: exit codes 130, 143 and 129. A signal that was ignored when the
// program started (nohup, background jobs) stays ignored.
int run(const char* name, const char* when_memory_ends, void (*work)(int argc, char** argv),
        int argc, char** argv) noexcept;

// True while an unfinished line, such as a progress bar, stands on standard error: it is cleared
// before another one is said.
extern std::atomic<bool> unfinished_line;

}  // namespace nst::program
