// Where weights come from: the interface every foreign format implements.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/model_file.hpp"

namespace nst::weights {

// One tensor as the source describes it, before any value is read.
struct SourceTensor {
  std::string name;   // TensorFlow variable name, e.g. "transformer/contract/conv1/weights"
  std::string dtype;  // as the source spells it: "float32", "float16", "int8", "int64", ...
  std::vector<std::int64_t>
      shape;  // convolution weights HWIO (depthwise [kh, kw, c, 1]) whatever the source's order
  bool is_integer = false;                       // whole numbers without a scale: no weights
  std::optional<std::uint32_t> masked_crc = {};  // CRC-32C of the bytes, where the source states it
};

// What a source knows of the model beyond its tensors.
struct SourceFacts {
  std::optional<PaddingKind> padding;
  std::optional<std::string> style_space;
  std::string change;  // of a model file: what another program has changed since it was made
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
  // The files on the disk it is made of: what must not be written over.
  virtual std::vector<std::string> files() const = 0;
  virtual SourceFacts facts() const { return {}; }
  // What it is joined from; itself if it is one.
  virtual std::vector<const Source*> parts() const { return {this}; }
  // Ordered by name, no duplicates.
  virtual const std::vector<SourceTensor>& tensors() const = 0;
  // The values of one of tensors() as float32, in the order its shape says (dequantised where
  // quantised). Integrity checks of the format (CRC-32C) happen here. Throws Error{model} for
  // unknown names and for types that are no numbers.
  virtual std::vector<float> read(const std::string& name) const = 0;
};

// Opens whatever `path` is, by content: a file of a checkpoint, its prefix or its folder; a
// SavedModel's folder or a file of it; a TFLite file; a TF.js manifest or its folder; a safetensors
// file, index of shards or one of our own; an archive of any of these. Of several TFLite files,
// TF.js models or safetensors files in one folder or archive that name no tensor twice, all. Throws
// Error{model} saying what was looked for, or what the file is.
std::unique_ptr<Source> open_source(const std::string& path);

}  // namespace nst::weights
