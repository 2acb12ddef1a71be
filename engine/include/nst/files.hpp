// Reading and writing bytes of files, pipes and standard streams.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "nst/export.h"

namespace nst {

// Removes the temporary files of all writes in progress in this process. The interrupted writes
// then fail. Async-signal-safe; meant only for a signal handler that ends the process.
NST_API void remove_unfinished_files() noexcept;

// Reads a file, a pipe or a device to its end and returns the bytes. "-" is standard input. The
// path is opened once. Throws Error{input} if reading fails, Error{limit} if memory runs out.
NST_API std::vector<std::uint8_t> read_bytes(const std::string& path);
// Writes `bytes` to a file, a pipe or a device; "-" is standard output. A file appears complete or
// not at all: a temporary file in the same folder is renamed at the end. The owner and permissions
// of a replaced file are kept. Throws Error{output}.
NST_API void write_bytes(const std::string& path, std::span<const std::uint8_t> bytes);

// Checks whether `path` could be written, as far as that can be known without writing. Creates
// nothing. Throws Error{output} if the folder is missing or not writable, or if `path` is a folder
// or write-protected.
NST_API void check_writable(const std::string& path);

}  // namespace nst
