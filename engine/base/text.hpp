// Converts text that NST does not control, such as file names, for one-line messages, JSON and the
// shell.
#pragma once

#include <string>
#include <string_view>

namespace nst {

// Returns `text` in a form that fits on one line: control characters become \xNN, and "..."
// replaces everything beyond 200 bytes. Foreign names may contain line breaks; a message must not.
std::string one_line(std::string_view text);

// Returns `text` with every byte that is not part of valid UTF-8 replaced by U+FFFD. JSON must be
// valid UTF-8, but file names may contain any bytes.
std::string valid_utf8(std::string_view text);

// Returns `text` as one word of a POSIX shell, quoted if necessary.
std::string shell_word(std::string_view text);

// Returns a range of integers as text: "[3, 3, 64, 96]".
template <typename Range>
std::string shape_text(const Range& shape) {
  std::string text = "[";
  for (const auto dim : shape) {
    if (text.size() > 1) text += ", ";
    text += std::to_string(dim);
  }
  return text + "]";
}

}  // namespace nst
