// Foreign text made fit for a one-line message.
#pragma once

#include <string>
#include <string_view>

namespace nst {

// `text` with control characters as \xNN and everything past 200 bytes replaced by "...": names and
// paths from outside may hold line breaks, an error message may not.
std::string one_line(std::string_view text);

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
