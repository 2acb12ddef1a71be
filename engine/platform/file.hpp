// Files: reading whole ones, and all-or-nothing writing.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/byte_reader.hpp"
#include "platform/aligned_buffer.hpp"

namespace nst {

// A file's bytes in memory of their own, aligned to 64 bytes: they are not a mapping, whose pages
// would vanish under the reader when another program shortens the file. The view is valid as long
// as the object or a copy of it lives.
class FileContents {
 public:
  // Reads a file, a pipe or a device to its end, opening it once. Throws Error{code} "<path>:
  // cannot open: <reason>", also for folders, for more than max_bytes (0 = no limit), and for a
  // file that becomes shorter while it is read; Error{limit} if there is no memory for it.
  FileContents(const std::string& path, ErrorCode code, std::uint64_t max_bytes = 0);
  // Reads standard input to its end; `name` appears in messages.
  static FileContents standard_input(const std::string& name, ErrorCode code,
                                     std::uint64_t max_bytes = 0);

  Bytes bytes() const;

  // Gives the memory of `part` of bytes() back, as far as it fills whole pages, until load reads it
  // again. Does nothing where that would save little (below 16 MiB), or what was read can't be read
  // again (a pipe).
  void give_back(Bytes part) const;
  // Makes `part` readable again. Throws Error{model} if the file has changed since it was read.
  // Safe from several threads, for parts that nobody gives back meanwhile.
  void load(Bytes part) const;

 private:
  struct Source;  // the open file

  FileContents(int descriptor, const std::string& name, ErrorCode code, std::uint64_t max_bytes);
  void read_all(int descriptor, const std::string& name, ErrorCode code, std::uint64_t max_bytes);

  std::shared_ptr<AlignedBuffer> buffer_;
  std::size_t size_ = 0;
  std::shared_ptr<const Source> source_;  // null: bytes are not given back
};

// Writes `bytes` to `path` so that readers see the old file or the whole new one: to a temporary
// file in the same folder, which is flushed and renamed. Follows links, keeps an existing file's
// permissions and, where allowed, its owner. A device or a pipe is written as it is. A file whose
// folder takes no other file, or which is mounted singly, is overwritten in place; its old bytes
// come back if that fails. Throws Error{code}; no temporary file is left.
//
// The signals that a full pipe or a file size limit sends (SIGPIPE, SIGXFSZ) are held back: both
// are errors here.
void write_file_atomically(const std::string& path, Bytes bytes,
                           ErrorCode code = ErrorCode::output);

// Writes `bytes` to standard output.
void write_standard_output(Bytes bytes, ErrorCode code = ErrorCode::output);

// Returns why `path` cannot be written, as far as that is known before there are bytes: its folder
// is missing or closed, it is a folder, or write-protected. Empty if nothing speaks against it.
// Creates nothing.
std::string why_not_writable(const std::string& path);

}  // namespace nst
