// Inputs and outputs named on the command line: a file, a pipe, or "-" for a standard stream.
#pragma once

#include <string>
#include <vector>

#include "nst/nst.hpp"

namespace nst::run {

// Returns an input's name for messages: its path, or "standard input" for "-".
std::string input_name(const std::string& path);

// Throws Error{usage} if more than one of the inputs is "-", which can be read only once.
void check_one_standard_input(const std::vector<std::string>& paths);

// The output: the option -o and the option --format.
struct Output {
  std::string path;
  std::string format;  // name of the format; empty: the format of the path's extension

  // Returns the format to write. Throws Error{usage} if neither the path nor --format tells.
  OutputFormat picture_format() const;
  // Returns true if the path needs no extension: a standard stream, a pipe or a device.
  bool is_stream() const;
  // Throws if the output cannot be written, as check_writable does. "-" is not checked.
  void check() const;
};

}  // namespace nst::run
