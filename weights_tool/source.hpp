// Where weights come from: the interface every foreign format implements.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace nst::weights {

// One tensor as the source describes it, before any value is read.
struct SourceTensor {
  std::string name;   // TensorFlow variable name, e.g. "transformer/contract/conv1/weights"
  std::string dtype;  // as the source spells it: "float32", "float16", "int8", "int64", ...
  std::vector<std::int64_t>
      shape;  // convolution weights HWIO (depthwise [kh, kw, c, 1]) whatever the source's order
};

// A set of named tensors. Implementations read foreign bytes only through ByteReader and throw
// Error{model}.
class Source {
 public:
  virtual ~Source() = default;

  // What it is, for messages and the model's metadata: "TensorFlow checkpoint model.ckpt".
  virtual std::string description() const = 0;
  // SHA-256 over the source's data in a documented order.
  virtual std::string sha256() const = 0;
  // Ordered by name, no duplicates.
  virtual const std::vector<SourceTensor>& tensors() const = 0;
  // The values of one of tensors() as float32, in the order its shape says (dequantised where
  // quantised). Integrity checks of the format (CRC-32C) happen here. Throws Error{model} for
  // unknown names and for types that are no numbers.
  virtual std::vector<float> read(const std::string& name) const = 0;
};

// Opens whatever `path` is, by content: a checkpoint prefix, index file, folder or .tar.gz; a
// SavedModel folder or .tar.gz; a .tflite file; a TF.js model.json; one of our own .safetensors.
// Throws Error{model} saying what was looked for.
std::unique_ptr<Source> open_source(const std::string& path);

}  // namespace nst::weights
