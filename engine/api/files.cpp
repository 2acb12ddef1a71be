#include "nst/files.hpp"

#include "base/text.hpp"
#include "nst/error.hpp"
#include "platform/file.hpp"

namespace nst {

void check_writable(const std::string& path) {
  const std::string why = why_not_writable(path);
  if (!why.empty()) throw Error(ErrorCode::output, one_line(path) + ": cannot write: " + why);
}

std::vector<std::uint8_t> read_bytes(const std::string& path) {
  const FileContents file = path == "-"
                                ? FileContents::standard_input("standard input", ErrorCode::input)
                                : FileContents(path, ErrorCode::input);
  return {file.bytes().begin(), file.bytes().end()};
}

void write_bytes(const std::string& path, Bytes bytes) {
  if (path == "-") return write_standard_output(bytes);
  write_file_atomically(path, bytes);
}

}  // namespace nst
