// Gives a stored tensor's values as floats while they are needed.
#pragma once

#include <string>

#include "model/safetensors.hpp"
#include "platform/aligned_buffer.hpp"
#include "platform/file.hpp"

namespace nst {

// Holds the values of a tensor as floats. Aligned floats are used in place, other values are
// converted to a copy.
class LoadedFloats {
 public:
  // Reads `tensor`. `contents` is the file to read the bytes from again, because its memory was
  // given back, or null if the bytes are in memory. `name` is the tensor's name, for Error{limit}.
  LoadedFloats(const TensorEntry& tensor, const FileContents* contents, const std::string& name);

  const float* data() const { return values_; }

 private:
  AlignedBuffer bytes_, converted_;
  const float* values_ = nullptr;
};

}  // namespace nst
