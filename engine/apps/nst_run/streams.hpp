// What a name on the command line stands for: a file, a pipe, or "-" for a standard stream.
#pragma once

#include <string>
#include <vector>

#include "nst/nst.hpp"

namespace nst::run {

// How messages call an input: its path, or "standard input" for "-".
std::string input_name(const std::string& path);

// Throws Error{usage} if more than one of the inputs is "-": it can be read once.
void check_one_standard_input(const std::vector<std::string>& paths);

// OUT and --format.
struct Output {
  std::string path;
  std::string format;  // empty: by the path's extension

  // The format to write. Throws Error{usage} where neither says one.
  OutputFormat picture_format() const;
  // True if the name says nothing about what is written: a standard stream, a pipe or a device.
  bool is_stream() const;
  // What check_writable does, for whatever the name stands for.
  void check() const;
};

}  // namespace nst::run
