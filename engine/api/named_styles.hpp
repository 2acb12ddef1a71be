// The named styles inside the library, for tests; programs use nst/style.hpp.
#pragma once

namespace nst {

// Returns the SHA-256 of the model file whose predictor made the vectors, in hexadecimal.
const char* named_styles_model();

}  // namespace nst
