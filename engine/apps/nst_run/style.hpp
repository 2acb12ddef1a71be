// STYLE on the command line: a picture, or a style vector that `nst-run encode` saved.
#pragma once

#include <functional>
#include <string>
#include <variant>

#include "nst/nst.hpp"

namespace nst::run {

using Style = std::variant<StyleVector, Image>;

// Told apart by content: .npy of shape (100,) is a vector. `read_picture` reads everything else.
// Throws Error{input}.
Style read_style(const std::string& path,
                 const std::function<Image(const std::string& path)>& read_picture);

}  // namespace nst::run
