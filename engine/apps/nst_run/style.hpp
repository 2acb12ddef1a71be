// Reads a style file given on the command line: a picture, or a style vector that `nst-run encode`
// saved.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <variant>

#include "nst/nst.hpp"

namespace nst::run {

using DecodedStyle = std::variant<StyleVector, Image>;
using Bytes = std::span<const std::uint8_t>;

// Decodes a style file. A .npy file of shape (n,) is a style vector; every other file is a picture,
// decoded by `decode_picture`. Messages call the file `name`. Throws Error{input}.
DecodedStyle decode_style(
    Bytes bytes, const std::string& name,
    const std::function<Image(Bytes bytes, const std::string& name)>& decode_picture);

// Returns true if a style argument names one of the library's own styles: "@oil".
bool is_style_name(const std::string& argument);
// Returns the library's own style that an argument such as "@oil" names. Throws Error{usage} if the
// name is unknown.
StyleVector named_style(const std::string& argument);

}  // namespace nst::run
