// Gives access to a stored tensor's values as floats, for as long as they are needed.
#pragma once

#include <string>

#include "model/safetensors.hpp"
#include "platform/aligned_buffer.hpp"
#include "platform/file.hpp"

namespace nst {

// The values of a tensor as floats. If they are stored as aligned floats, they are used in place.
// Otherwise this object owns a converted copy.
class LoadedFloats {
 public:
  // Loads the values of `tensor`. If the file's memory was given back, `contents` is the file to
  // read the bytes from again; otherwise it is null. `name` is the tensor's name in the message of
  // Error{limit}.
  LoadedFloats(const TensorEntry& tensor, const FileContents* contents, const std::string& name);

  const float* data() const { return values_; }

 private:
  AlignedBuffer bytes_, converted_;
  const float* values_ = nullptr;
};

}  // namespace nst
