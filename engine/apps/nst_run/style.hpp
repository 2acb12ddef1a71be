// STYLE on the command line: a picture, or a style vector that `nst-run encode` saved.
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

// Told apart by content: .npy of shape (100,) is a vector. `decode_picture` decodes everything
// else. `name` appears in messages. Throws Error{input}.
DecodedStyle decode_style(
    Bytes bytes, const std::string& name,
    const std::function<Image(Bytes bytes, const std::string& name)>& decode_picture);

}  // namespace nst::run
