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

  // True if the bytes can be read again (they are no pipe's) and their memory is worth giving back:
  // 16 MiB or more.
  bool can_give_back() const { return source_ != nullptr; }
  // Gives the memory of bytes() back to the system; can_give_back must hold. From then on they must
  // be read again instead of looked at.
  void give_back() const;
  // Reads `part` of bytes() from the file once more, to `to`. Safe from several threads. Throws
  // Error{model} if the file has changed since it was read.
  void read_again(Bytes part, std::uint8_t* to) const;

 private:
  struct Source;  // the open file

  FileContents(int descriptor, const std::string& name, ErrorCode code, std::uint64_t max_bytes);
  void read_all(int descriptor, const std::string& name, ErrorCode code, std::uint64_t max_bytes);

  std::shared_ptr<AlignedBuffer> buffer_;
  std::size_t size_ = 0;
  std::shared_ptr<const Source> source_;  // null: can_give_back does not hold
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
