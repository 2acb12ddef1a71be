#include "model/model_file.hpp"

#include <array>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <deque>
#include <utility>

#include "base/hash.hpp"
#include "base/strict_json.hpp"
#include "base/text.hpp"

namespace nst {
namespace {

constexpr const char* kFormat = "nst-model";
constexpr const char* kFormatVersion = "1";

template <typename Kind>
using KindNames = std::vector<std::pair<Kind, const char*>>;

const KindNames<PredictorKind> kPredictors = {{PredictorKind::none, "none"},
                                              {PredictorKind::inception_v3, "inception_v3"},
                                              {PredictorKind::mobilenet_v2, "mobilenet_v2"}};
const KindNames<TransformerKind> kTransformers = {{TransformerKind::full, "full"},
                                                  {TransformerKind::separable, "separable"}};
const KindNames<PaddingKind> kPaddings = {{PaddingKind::reflect, "reflect"},
                                          {PaddingKind::zero, "zero"}};

template <typename Kind>
std::string name_of(const KindNames<Kind>& names, Kind kind) {
  for (const auto& [candidate, name] : names) {
    if (candidate == kind) return name;
  }
  throw Error(ErrorCode::internal, "a kind without a name");
}

std::string hex8(std::uint32_t value) {
  char text[9];
  std::snprintf(text, sizeof text, "%08x", value);
  return text;
}

Bytes as_bytes(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// CRC-32C over everything in the header that the tensors' own checksums do not cover. Built from
// the parsed contents, so that reformatting the JSON does not change it.
std::string header_crc(const SafeTensors& contents) {
  std::string text;
  const auto field = [&text](const std::string& value) { text.append(value).push_back('\0'); };
  for (const auto& [key, value] : contents.metadata) {
    if (key == "header_crc32c") continue;
    field(key);
    field(value);
  }
  for (const auto& [name, tensor] : contents.tensors) {
    field(name);
    field(dtype_name(tensor.dtype));
    field(shape_text(tensor.shape));
  }
  return hex8(crc32c(as_bytes(text)));
}

class MetadataReader {
 public:
  MetadataReader(const SafeTensors& contents, const std::string& name)
      : contents_(contents), name_(name) {}

  std::string require(const char* key) const {
    const auto it = contents_.metadata.find(key);
    if (it == contents_.metadata.end()) fail(std::string("the metadata has no ") + key);
    return it->second;
  }

  std::string optional(const char* key) const {
    const auto it = contents_.metadata.find(key);
    return it == contents_.metadata.end() ? std::string() : it->second;
  }

  template <typename Kind>
  Kind kind(const char* key, const KindNames<Kind>& names) const {
    const std::string value = require(key);
    for (const auto& [candidate, name] : names) {
      if (value == name) return candidate;
    }
    fail(std::string("unknown ") + key + " '" + value + "'");
  }

  void check_format() const {
    if (optional("format") != kFormat) {
      fail("not an NST model file; make one with nst-weights convert");
    }
    const std::string version = require("format_version");
    if (version != kFormatVersion) {
      fail("format version '" + version + "', this build reads " + kFormatVersion);
    }
  }

  void check_crcs() const {
    if (require("header_crc32c") != header_crc(contents_)) {
      fail("the header's checksum does not match: the file is damaged");
    }
    const std::string text = require("crc32c");
    const nlohmann::json crcs =
        parse_json_strictly(as_bytes(text), name_ + " crc32c table", ErrorCode::model,
                            {.max_depth = 1, .max_values = 1'000'000});
    if (!crcs.is_object() || crcs.size() != contents_.tensors.size()) {
      fail("the crc32c table does not list the tensors");
    }
    for (const auto& [tensor, entry] : contents_.tensors) {
      const auto it = crcs.find(tensor);
      if (it == crcs.end()) fail("tensor '" + tensor + "' has no checksum");
      if (*it != hex8(crc32c(entry.data))) {
        fail("tensor '" + tensor + "': checksum mismatch: the file is damaged");
      }
    }
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw Error(ErrorCode::model, one_line(name_) + ": " + one_line(what));
  }

  const SafeTensors& contents_;
  const std::string& name_;
};

std::vector<std::uint8_t> encode(const NamedTensor& tensor, DType dtype) {
  std::vector<std::uint8_t> bytes(tensor.values.size() * dtype_bytes(dtype));
  if (dtype == DType::f32) {
    if (!bytes.empty()) std::memcpy(bytes.data(), tensor.values.data(), bytes.size());
    return bytes;
  }
  for (std::size_t i = 0; i < tensor.values.size(); ++i) {
    const std::uint16_t half = float_to_half(tensor.values[i]);
    if (std::isinf(half_to_float(half)) && !std::isinf(tensor.values[i])) {
      throw Error(ErrorCode::limit, "tensor '" + one_line(tensor.name) + "': the value " +
                                        std::to_string(tensor.values[i]) +
                                        " does not fit in float16; use --dtype f32");
    }
    std::memcpy(bytes.data() + 2 * i, &half, sizeof half);
  }
  return bytes;
}

void check_size(const NamedTensor& tensor) {
  std::uint64_t count = 1;
  for (const std::int64_t dim : tensor.shape) {
    count = checked_mul(count, static_cast<std::uint64_t>(dim), ErrorCode::internal, tensor.name);
  }
  if (count != tensor.values.size()) {
    throw Error(ErrorCode::internal, "tensor '" + one_line(tensor.name) +
                                         "': " + std::to_string(tensor.values.size()) +
                                         " values for shape " + shape_text(tensor.shape));
  }
}

}  // namespace

std::string to_string(PredictorKind kind) { return name_of(kPredictors, kind); }
std::string to_string(TransformerKind kind) { return name_of(kTransformers, kind); }
std::string to_string(PaddingKind kind) { return name_of(kPaddings, kind); }

ModelFile parse_model_file(Bytes bytes, const std::string& name) {
  ModelFile model;
  model.contents = parse_safetensors(bytes, name);
  const MetadataReader reader(model.contents, name);
  reader.check_format();
  reader.check_crcs();
  model.architecture = {reader.kind("predictor", kPredictors),
                        reader.kind("transformer", kTransformers),
                        reader.kind("padding", kPaddings)};
  model.source = reader.require("source");
  model.source_sha256 = reader.require("source_sha256");
  model.self_test = reader.optional("self_test");
  return model;
}

std::vector<std::uint8_t> build_model_file(const ModelDescription& description,
                                           const std::vector<NamedTensor>& tensors, DType dtype) {
  SafeTensors contents;
  std::deque<std::vector<std::uint8_t>> storage;  // a deque: growing it moves no element
  nlohmann::json crcs = nlohmann::json::object();
  for (const NamedTensor& tensor : tensors) {
    check_size(tensor);
    const Bytes data = storage.emplace_back(encode(tensor, dtype));
    if (!contents.tensors.emplace(tensor.name, TensorEntry{dtype, tensor.shape, data}).second) {
      throw Error(ErrorCode::internal, "tensor '" + one_line(tensor.name) + "' is there twice");
    }
    crcs[tensor.name] = hex8(crc32c(data));
  }
  contents.metadata = {{"format", kFormat},
                       {"format_version", kFormatVersion},
                       {"predictor", to_string(description.architecture.predictor)},
                       {"transformer", to_string(description.architecture.transformer)},
                       {"padding", to_string(description.architecture.padding)},
                       {"source", description.source},
                       {"source_sha256", description.source_sha256},
                       {"crc32c", crcs.dump()}};
  if (!description.self_test.empty()) contents.metadata["self_test"] = description.self_test;
  contents.metadata["header_crc32c"] = header_crc(contents);
  return serialise_safetensors(contents);
}

}  // namespace nst
