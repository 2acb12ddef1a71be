// The interface of a source of weights. Each foreign format implements it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/model_file.hpp"

namespace nst::weights {

struct FileData;  // defined in file_set.hpp

// One tensor of a source. Reading its values is a separate step (Source::read).
struct SourceTensor {
  std::string name;   // name in TensorFlow: "transformer/contract/conv1/weights"
  std::string dtype;  // name of the type in the source: "float32", "float16", "int8", "int64", ...
  // The shape in NST's order, whatever order the source has: HWIO for convolutions, [kh, kw, c, 1]
  // for depthwise ones.
  std::vector<std::int64_t> shape;
  // true: the values are plain integers, not quantised real numbers.
  bool is_integer = false;
  // CRC-32C of the values, masked as in TensorFlow's files, if the source states it.
  std::optional<std::uint32_t> masked_crc = {};
};

// What a source states about the model besides its tensors.
struct SourceFacts {
  std::optional<PaddingKind> padding;
  std::optional<std::string> style_space;
  // The first part of an NST model file that another program has changed. Empty: none.
  std::string change;
};

// A set of named tensors. Implementations read foreign bytes only through ByteReader, which checks
// every access. They throw Error{model}.
class Source {
 public:
  virtual ~Source() = default;

  // Returns the source's name for messages and for the model's metadata, such as "TensorFlow
  // checkpoint model.ckpt".
  virtual std::string description() const = 0;
  // Returns the SHA-256 of the source's data. If there are several files, each implementation
  // documents in which order they are hashed.
  virtual std::string sha256() const = 0;
  // Returns the paths of the source's files on disk, which must not be overwritten.
  virtual std::vector<std::string> files() const = 0;
  virtual SourceFacts facts() const { return {}; }
  // Returns the sources of which this source is composed; only the source itself if it is a single
  // one.
  virtual std::vector<const Source*> parts() const { return {this}; }
  // Returns the tensors, sorted by name. No name occurs twice.
  virtual const std::vector<SourceTensor>& tensors() const = 0;
  // Returns the values of a tensor as float32, in the order of its shape. Quantised values are
  // dequantised. Checks the format's checksums (CRC-32C). Throws Error{model} for an unknown name
  // or a type that is not a number.
  virtual std::vector<float> read(const std::string& name) const = 0;
};

// Opens the source at `path`; the content tells its kind. `path` may be:
//
// - a file, the prefix or the folder of a checkpoint
// - the folder of a SavedModel, or a file in it
// - a TFLite file
// - a TF.js manifest or its folder
// - a safetensors file, an index of shards, or one of NST's model files
// - an archive of any of these
//
// If a folder or archive contains several TFLite files, TF.js models or safetensors files, all of
// them are opened as one source. Throws Error{model} if a tensor is in two of them. If there is no
// source at `path`, throws Error{model} with what was looked for, or what the file is.
std::unique_ptr<Source> open_source(const std::string& path);
// Opens the source at `path` as the function above does. `path` is a file, and `data` its contents,
// which the caller has read already.
std::unique_ptr<Source> open_source(const std::string& path, FileData data);

}  // namespace nst::weights
