// NST's model file: a safetensors file that contains the networks' weights under their TensorFlow
// names. Its metadata contains a description of the networks.
//
// Tensors (in HWIO order, with batch norm folded into them):
//
//   <layer>/weights            [kh, kw, in, out]
//   <layer>/depthwise_weights  [kh, kw, c, 1]
//   <layer>/biases             [out]
//
// Metadata (all values are strings):
//
//   format          "nst-model"
//   format_version  "1"
//   predictor       a family's name, or "none"
//   transformer     a family's name
//   padding         "reflect" or "zero"
//   style_space     the space of style vectors (style_space.hpp). If absent, the space is
//                   recognised by the weights. "": the user has joined a predictor and a
//                   transformer of different spaces by nst-weights --force.
//   source          where the weights came from
//   source_sha256   SHA-256 of that source
//   crc32c          a JSON object {tensor: "8 hex digits"}
//   self_test       JSON (apps/nst_weights/self_test.hpp); optional
//   header_crc32c   8 hex digits
//
// header_crc32c covers the rest of the header, so that damage of any byte is noticed. It is the
// CRC-32C of two lists of NUL-terminated strings. The first list contains key and value of all
// other metadata, sorted by key. The second contains name, dtype and shape ("[1, 2]") of every
// tensor, sorted by name.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/safetensors.hpp"

namespace nst {

// How the transformer's convolutions pad their borders: with mirrored pixels, or with zeros.
enum class PaddingKind { reflect, zero };

std::string to_string(PaddingKind kind);

// The families of a model's networks (networks/family.hpp), by name, and the padding.
struct Architecture {
  std::string predictor = "none";  // name; "none": the file has only a transformer
  std::string transformer;
  PaddingKind padding = PaddingKind::reflect;

  bool has_predictor() const { return predictor != "none"; }
};

// The contents of a model file. The tensors refer to the file's bytes, which must outlive them.
struct ModelFile {
  Architecture architecture;
  std::optional<std::string> style_space;  // nullopt: the file does not state the style space
  std::string source;
  std::string source_sha256;
  // The self-test as JSON text: what the networks computed when the file was made. Empty if the
  // file has none.
  std::string self_test;
  // The name of the first part whose checksum is wrong, such as "tensor 'x'". Another program has
  // changed this part since nst-weights wrote the file. Empty: all checksums are correct.
  std::string change;
  SafeTensors contents;
};

// Whether a file is accepted if another program has changed and saved it, so that a checksum is
// wrong. If a checksum is wrong although nst-weights itself saved the file, the file is damaged and
// always refused.
enum class Changed { refuse, accept };

// Parses a model file and checks its format, its version and the CRC-32C of each tensor. Does not
// check that the families are known and complete: building the networks does that. `bytes` must
// outlive the result. Throws Error{model}.
ModelFile parse_model_file(Bytes bytes, const std::string& name, Changed changed = Changed::refuse);

// Returns the text of the metadata's header_crc32c (above) for these contents. It is computed from
// the parsed contents, so that it does not depend on the formatting of the JSON text. An entry
// header_crc32c that the metadata have already is left out.
std::string header_crc32c(const SafeTensors& contents);

// Returns true if the metadata say that the safetensors file is a model file.
bool is_model_file(const SafeTensors& contents);

// A tensor to be written to a model file: float32, row-major.
struct NamedTensor {
  std::string name;
  std::vector<std::int64_t> shape;
  std::vector<float> values;
};

// Everything that build_model_file stores besides the tensors.
struct ModelDescription {
  Architecture architecture;
  // Where the weights come from. Bytes that are not UTF-8 are replaced when the file is built.
  std::string source;
  std::string source_sha256;
  std::string self_test;
  std::optional<std::string> style_space = {};  // nullopt: the file does not state it
};

// Returns the bytes of a model file that contains `tensors`, with their values stored as `dtype`.
// The order of `tensors` does not matter, and the same input gives the same bytes. Throws
// Error{limit} if a value is too large for float16.
std::vector<std::uint8_t> build_model_file(const ModelDescription& description,
                                           const std::vector<NamedTensor>& tensors, DType dtype);

}  // namespace nst
