// Bytes of files, pipes and standard streams.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "nst/export.h"

namespace nst {

// Removes the temporary files of writes that are going on in this process. For a signal handler
// that ends the process, and only for that: it is async-signal-safe, and those writes then fail.
NST_API void remove_unfinished_files() noexcept;

// Reads a file, a pipe or a device to its end, opening it once; "-" is standard input. Throws
// Error{input}, Error{limit} if memory ends.
NST_API std::vector<std::uint8_t> read_bytes(const std::string& path);
// Writes `bytes` to a file, which appears whole (a temporary file in the same folder, then rename)
// or not at all, and keeps owner and permissions of the one it replaces. A pipe or a device is
// written as it is; "-" is standard output. Throws Error{output}.
NST_API void write_bytes(const std::string& path, std::span<const std::uint8_t> bytes);

// What can be known of writing to `path` before there are bytes: throws Error{output} if the folder
// is missing or closed, or if the path is there but a folder or write-protected. Creates nothing.
NST_API void check_writable(const std::string& path);

}  // namespace nst
