// NST's model file: a safetensors file with the network's weights under their TensorFlow names and
// a description in its metadata.
//
// Tensors: HWIO order, batch norm folded into "<layer>/weights" ("<layer>/depthwise_weights", [kh,
// kw, c, 1]) and "<layer>/biases". Metadata (all strings): format = "nst-model", format_version =
// "1", predictor = a family's name | none, transformer = a family's name, padding = reflect | zero,
// style_space = the space of style vectors (see style_space.hpp; absent: to be told from the
// numbers; "": two families joined on purpose), source, source_sha256, crc32c = JSON object
// {tensor: "8 hex digits"}, self_test = JSON (see self_test.hpp; optional), header_crc32c = 8 hex
// digits: the CRC-32C of the other metadata (key, NUL, value, NUL; by key) and then of every
// tensor's name, dtype and "[1, 2]" shape (each NUL-terminated; by name), so that no damaged byte
// of the file goes unnoticed.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/safetensors.hpp"

namespace nst {

enum class PaddingKind { reflect, zero };

std::string to_string(PaddingKind kind);

// The networks of a model, by the names of their families (networks/family.hpp).
struct Architecture {
  std::string predictor = "none";  // none: a transformer alone, for style vectors from elsewhere
  std::string transformer;
  PaddingKind padding = PaddingKind::reflect;

  bool has_predictor() const { return predictor != "none"; }
};

// Everything a model file holds, tensors still in the file's bytes.
struct ModelFile {
  Architecture architecture;
  std::optional<std::string> style_space;  // nullopt: the file does not say
  std::string source;
  std::string source_sha256;
  std::string self_test;  // JSON, empty if absent
  // What another program has changed since the file was made ("tensor 'x'"); empty: nothing.
  std::string change;
  SafeTensors contents;
};

// What to do with a file that another program has changed and saved again, so that its checksums
// no longer hold. A damaged file is refused in any case: its layout is still nst-weights' own.
enum class Changed { refuse, accept };

// Parses and checks: format, version, a CRC-32C per tensor. Does not check that the families are
// known and the networks complete (they do). `bytes` must outlive the result. Throws Error{model}.
ModelFile parse_model_file(Bytes bytes, const std::string& name, Changed changed = Changed::refuse);

// Whether the metadata are those of a model file.
bool is_model_file(const SafeTensors& contents);

// A tensor to be written: float32, row-major.
struct NamedTensor {
  std::string name;
  std::vector<std::int64_t> shape;
  std::vector<float> values;
};

struct ModelDescription {
  Architecture architecture;
  std::string source;  // bytes that are not UTF-8 are replaced
  std::string source_sha256;
  std::string self_test;
  std::optional<std::string> style_space = {};  // nullopt: unknown, may be recognised later
};

// The bytes of a model file holding `tensors` as `dtype`. Order of `tensors` is irrelevant; the
// same input gives the same bytes. Throws Error{limit} if a value overflows float16.
std::vector<std::uint8_t> build_model_file(const ModelDescription& description,
                                           const std::vector<NamedTensor>& tensors, DType dtype);

}  // namespace nst
