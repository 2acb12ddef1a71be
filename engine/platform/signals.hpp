// Signals that ask a program to end, and functions that their handlers may call.
#pragma once

namespace nst {

// Installs `handler` for SIGINT (Ctrl-C), SIGTERM and SIGHUP. It is called with the signal's
// number. A signal that was ignored when the program started (nohup, background jobs) stays
// ignored. The handler may call async-signal-safe functions only: remove_unfinished_files,
// write_standard_error, std::_Exit.
void call_on_end_signals(void (*handler)(int number));

// Returns true if `number` is the signal that Ctrl-C sends.
bool is_interrupt(int number);

// Ignores SIGXFSZ. A write beyond a file size limit then reports an error; otherwise the signal
// would end the process.
void ignore_file_size_signal();

// Writes a text to standard error without changes. Async-signal-safe; allocates nothing.
void write_standard_error(const char* text) noexcept;

}  // namespace nst
