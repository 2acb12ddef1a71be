// Files: whole-file mapping for reading, all-or-nothing writing.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/byte_reader.hpp"

namespace nst {

// A file mapped read-only; the view is valid as long as the object lives. Movable.
class FileContents {
 public:
  // Throws Error{code} "<path>: cannot open: <reason>"; also for folders and files larger than
  // max_bytes (0 = no limit).
  FileContents(const std::string& path, ErrorCode code, std::uint64_t max_bytes = 0);
  Bytes bytes() const;

 private:
  struct Mapping;
  std::shared_ptr<const Mapping> mapping_;
};

// Writes `bytes` to a temporary file in the folder of `path`, flushes it, and renames it over
// `path`: readers see the old file or the whole new one. Keeps the permissions of an existing file;
// on failure removes the temporary file and throws Error{code}.
void write_file_atomically(const std::string& path, Bytes bytes,
                           ErrorCode code = ErrorCode::output);

}  // namespace nst
