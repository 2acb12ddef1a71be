// NST's model file: a safetensors file with the network's weights under their TensorFlow names, and
// a description in its metadata.
//
// Tensors: HWIO order, batch norm folded.
//
//   <layer>/weights            [kh, kw, in, out]
//   <layer>/depthwise_weights  [kh, kw, c, 1]
//   <layer>/biases             [out]
//
// Metadata, all strings:
//
//   format          "nst-model"
//   format_version  "1"
//   predictor       a family's name, or "none"
//   transformer     a family's name
//   padding         "reflect" or "zero"
//   style_space     the space of style vectors (style_space.hpp); absent: recognise it by the
//                   weights; "": two families joined on purpose
//   source          where the weights came from
//   source_sha256   SHA-256 of that source
//   crc32c          a JSON object {tensor: "8 hex digits"}
//   self_test       JSON (apps/nst_weights/self_test.hpp); optional
//   header_crc32c   8 hex digits
//
// header_crc32c is the CRC-32C of two lists of NUL-terminated strings. First come key and value of
// all other metadata, sorted by key. Then come name, dtype and shape ("[1, 2]") of every tensor,
// sorted by name. So no damaged byte of the file goes unnoticed.
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

// The kinds of a model's networks, as names of their families (networks/family.hpp).
struct Architecture {
  std::string predictor = "none";  // name of a family; "none": the file has only a transformer
  std::string transformer;
  PaddingKind padding = PaddingKind::reflect;

  bool has_predictor() const { return predictor != "none"; }
};

// The contents of a model file. The tensors borrow the file's bytes.
struct ModelFile {
  Architecture architecture;
  std::optional<std::string> style_space;  // nullopt: the file does not state the style space
  std::string source;
  std::string source_sha256;
  std::string self_test;  // self-test as JSON; empty if absent
  // The part that another program has changed since nst-weights wrote the file ("tensor 'x'");
  // empty: nothing changed.
  std::string change;
  SafeTensors contents;
};

// What happens to a file with a wrong checksum that another program has changed and saved: refuse
// or accept. A file that still has the layout of nst-weights is damaged, and always refused.
enum class Changed { refuse, accept };

// Parses a model file and checks its format, its version and the CRC-32C of each tensor. Does not
// check that the families are known and complete: building the networks does that. `bytes` must
// outlive the result. Throws Error{model}.
ModelFile parse_model_file(Bytes bytes, const std::string& name, Changed changed = Changed::refuse);

// Returns true if the metadata say that the safetensors file is a model file.
bool is_model_file(const SafeTensors& contents);

// A tensor to be written to a model file: float32, row-major.
struct NamedTensor {
  std::string name;
  std::vector<std::int64_t> shape;
  std::vector<float> values;
};

// Everything that a model file contains besides the tensors.
struct ModelDescription {
  Architecture architecture;
  std::string source;  // origin of the weights; bytes that are not UTF-8 are replaced
  std::string source_sha256;
  std::string self_test;
  std::optional<std::string> style_space = {};  // nullopt: the space is not stated
};

// Returns the bytes of a model file whose `tensors` are stored as `dtype`. The order of `tensors`
// does not matter, and the same input gives the same bytes. Throws Error{limit} if a value is too
// large for float16.
std::vector<std::uint8_t> build_model_file(const ModelDescription& description,
                                           const std::vector<NamedTensor>& tensors, DType dtype);

}  // namespace nst
