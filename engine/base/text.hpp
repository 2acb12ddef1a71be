// Foreign text made fit for a one-line message.
#pragma once

#include <string>
#include <string_view>

namespace nst {

// `text` with control characters as \xNN and everything past 200 bytes replaced by "...": names and
// paths from outside may hold line breaks, an error message may not.
std::string one_line(std::string_view text);

// `text` with every byte that is no part of proper UTF-8 replaced by U+FFFD. File names may hold
// any bytes, JSON may not.
std::string valid_utf8(std::string_view text);

// `text` as one word of a POSIX shell: quoted unless it is plain.
std::string shell_word(std::string_view text);

// "[3, 3, 64, 96]"; any range of integers.
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
