// A tensor's values as floats, for as long as somebody looks at them.
#pragma once

#include <string>

#include "model/safetensors.hpp"
#include "platform/aligned_buffer.hpp"
#include "platform/file.hpp"

namespace nst {

// Reads a tensor and keeps its values while it lives: in place where they are aligned floats, else
// as a converted copy.
class LoadedFloats {
 public:
  // `contents` is the file whose memory was given back: the bytes are read from it again. Null
  // where they are in memory. `name` is the tensor's, for Error{limit}.
  LoadedFloats(const TensorEntry& tensor, const FileContents* contents, const std::string& name);

  const float* data() const { return values_; }

 private:
  AlignedBuffer bytes_, converted_;
  const float* values_ = nullptr;
};

}  // namespace nst
