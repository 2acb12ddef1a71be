// Inputs and outputs named on the command line: a file, a pipe, or "-" for a standard stream.
#pragma once

#include <string>
#include <vector>

#include "nst/nst.hpp"

namespace nst::run {

// Returns an input's name for messages: its path, or "standard input" for "-".
std::string input_name(const std::string& path);

// Throws Error{usage} if more than one of the inputs is "-": standard input can be read only once.
void check_one_standard_input(const std::vector<std::string>& paths);

// The output file: the option -o and the option --format.
struct Output {
  std::string path;
  std::string format;  // name of the format; empty: the path's extension decides

  // Returns the format to write. Throws Error{usage} if the path has no known extension and
  // --format is not given.
  OutputFormat picture_format() const;
  // Returns true if the path needs no extension: a standard stream, a pipe or a device.
  bool is_stream() const;
  // Throws if the output file cannot be written, as check_writable does. Standard output ("-") is
  // not checked.
  void check() const;
  // Encodes the picture in picture_format() and writes it. Throws Error{usage} if the format cannot
  // hold it, Error{output}.
  void write(const ImageView& picture, const EncodeOptions& options) const;
};

}  // namespace nst::run
