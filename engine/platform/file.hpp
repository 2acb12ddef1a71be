// Reads whole files. Writes files so that they appear completely or not at all.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/byte_reader.hpp"
#include "platform/aligned_buffer.hpp"

namespace nst {

// The bytes of a file, in memory that this object owns, aligned to 64 bytes. The file is not
// mapped: if another program shortened it, reading the mapping would end the process (SIGBUS). The
// bytes are valid as long as the object or a copy of it exists.
class FileContents {
 public:
  // Reads a file, a pipe or a device to its end. Throws Error{code} for a path that cannot be
  // opened, and for a folder. Also throws it for more than max_bytes (0: no limit), and for a file
  // that becomes shorter while it is read. Throws Error{limit} if memory runs out.
  FileContents(const std::string& path, ErrorCode code, std::uint64_t max_bytes = 0);
  // Reads standard input to its end. Error messages call it `name`.
  static FileContents standard_input(const std::string& name, ErrorCode code,
                                     std::uint64_t max_bytes = 0);

  Bytes bytes() const;

  // Returns true if give_back() may be called: the file is not a pipe, so it can be read again, and
  // it has at least 16 MiB.
  bool can_give_back() const { return source_ != nullptr; }
  // Gives the memory of bytes() back to the system. Requires can_give_back(). Afterwards use
  // read_again() instead of bytes().
  void give_back() const;
  // Reads `part`, which was a part of bytes(), from the file again and writes it to `to`. Safe to
  // call from several threads. Throws Error{model} if the file has changed since it was first read.
  void read_again(Bytes part, std::uint8_t* to) const;

 private:
  struct Source;  // the open file, with its size and time when it was read

  FileContents(int descriptor, const std::string& name, ErrorCode code, std::uint64_t max_bytes);
  void read_all(int descriptor, const std::string& name, ErrorCode code, std::uint64_t max_bytes);

  std::shared_ptr<AlignedBuffer> buffer_;
  std::size_t size_ = 0;
  // The open file, from which read_again() reads. null: can_give_back() is false.
  std::shared_ptr<const Source> source_;
};

// Writes `bytes` to `path`. Readers see either the old file or the complete new one: a temporary
// file in the same folder is written, flushed and renamed.
//
// - Links are followed. An existing file's permissions and, if allowed, its owner are kept.
// - A device or a pipe is written directly.
// - A file is overwritten in place if its folder accepts no new files, or if the file itself is a
//   mount point. If overwriting fails, the old bytes are restored.
//
// If writing fails, throws Error{code} and leaves no temporary file. Two failures would end the
// process by a signal: a pipe's reader has gone (SIGPIPE), or the file would exceed a size limit
// (SIGXFSZ). These signals are blocked, so that an Error is thrown instead.
void write_file_atomically(const std::string& path, Bytes bytes,
                           ErrorCode code = ErrorCode::output);

// Writes `bytes` to standard output.
void write_standard_output(Bytes bytes, ErrorCode code = ErrorCode::output);

// Returns the reason why `path` cannot be written; empty if no reason can be found without writing.
// Possible reasons: the folder is missing or not writable, `path` is a folder, or the file is
// write-protected. Creates nothing.
std::string why_not_writable(const std::string& path);

}  // namespace nst
