// The model embedded in the library (models/default.safetensors).
#pragma once

#include "base/byte_reader.hpp"

namespace nst {

// Returns the bytes of the model file, in read-only memory for the life of the process.
Bytes default_model_bytes();

}  // namespace nst
