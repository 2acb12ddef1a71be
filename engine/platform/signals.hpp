// Signals that tell a program to end, and what its handlers may call.
#pragma once

namespace nst {

// Calls `handler` with the signal's number on SIGINT (Ctrl-C), SIGTERM and SIGHUP. A signal that
// was ignored when the program started (nohup, background jobs) stays ignored. The handler may call
// async-signal-safe functions only: remove_unfinished_files, write_standard_error, std::_Exit.
void call_on_end_signals(void (*handler)(int number));

// Returns true for the signal of Ctrl-C.
bool is_interrupt(int number);

// Makes exceeding a file size limit (SIGXFSZ) an error of the write instead of the process's end.
void ignore_file_size_signal();

// Writes a text to standard error as it is. Async-signal-safe, allocates nothing.
void write_standard_error(const char* text) noexcept;

}  // namespace nst
