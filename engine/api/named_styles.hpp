// The named styles inside the library, for its C functions and tests; programs use nst/style.hpp.
#pragma once

#include <cstddef>

namespace nst {

// Returns the SHA-256, in hexadecimal, of the model file whose predictor made the vectors of the
// named styles.
const char* named_styles_model();

// Name and description of a named style. Both point to constants of the library.
struct StyleText {
  const char* name;
  const char* description;
};

// Returns the texts of the style at `index`, in the order of named_styles(). Returns two null
// pointers if there is no such style. Allocates nothing, because the C function that calls it
// cannot report an error.
StyleText named_style_text(std::size_t index) noexcept;

}  // namespace nst
