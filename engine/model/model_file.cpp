#include "model/model_file.hpp"

#include <array>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <deque>
#include <map>
#include <string_view>
#include <utility>

#include "base/half.hpp"
#include "base/hash.hpp"
#include "base/strict_json.hpp"
#include "base/text.hpp"
#include "model/recognise.hpp"
#include "model/style_space.hpp"
#include "nst/error.hpp"

namespace nst {
namespace {

constexpr const char* kFormat = "nst-model";
constexpr const char* kFormatVersion = "1";

template <typename Kind>
using KindNames = std::vector<std::pair<Kind, const char*>>;

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
    fail(std::string("unknown ") + key + " '" + one_line(value) + "'");
  }

  void check_format() const {
    if (optional("format") != kFormat) {
      fail("not an NST model file; convert it: " + convert_command(name_));
    }
    const std::string version = require("format_version");
    if (version != kFormatVersion) {
      fail("format version '" + one_line(version) + "', this build reads " + kFormatVersion);
    }
  }

  // Returns the name of the first part of the file whose checksum is wrong; "" if all checksums are
  // correct.
  std::string mismatch() const {
    if (optional("header_crc32c") != header_crc32c(contents_)) return "the header";
    const std::string text = require("crc32c");
    const JsonDocument table =
        parse_json_strictly(as_bytes(text), name_ + " crc32c table", ErrorCode::model,
                            {.max_depth = 1, .max_values = 1'000'000});
    if (!table.root().is_object() || table.root().size() != contents_.tensors.size()) {
      return "the list of tensors";
    }
    std::map<std::string_view, std::string_view> crcs;
    for (const JsonValue entry : table.root()) crcs.emplace(entry.key(), entry.text());
    for (const auto& [tensor, entry] : contents_.tensors) {
      const auto it = crcs.find(tensor);
      if (it == crcs.end() || it->second != hex8(crc32c(entry.data)))
        return std::string("tensor '") + one_line(tensor) + "'";
    }
    return "";
  }

  // Returns true if the header is byte for byte as nst-weights writes it. If it is not, another
  // program has saved the file.
  bool has_own_layout(Bytes bytes) const {
    const std::string header = safetensors_header(contents_);
    return bytes.size() >= 8 + header.size() &&
           std::memcmp(bytes.data() + 8, header.data(), header.size()) == 0;
  }

  void check_types() const {
    for (const auto& [tensor, entry] : contents_.tensors) {
      if (entry.dtype != DType::f32 && entry.dtype != DType::f16) {
        fail("tensor '" + one_line(tensor) + "' has dtype " + dtype_name(entry.dtype) +
             "; a model file holds F32 and F16");
      }
    }
  }

  std::optional<std::string> style_space() const {
    const auto it = contents_.metadata.find("style_space");
    if (it == contents_.metadata.end()) return std::nullopt;
    if (!it->second.empty() && !is_style_space(it->second)) {
      fail("'" + one_line(it->second) + "' is no name of a style space");
    }
    return it->second;
  }

  [[noreturn]] void fail(const std::string& what) const {
    throw Error(ErrorCode::model, one_line(name_) + ": " + what);
  }

 private:
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

std::string header_crc32c(const SafeTensors& contents) {
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

std::string to_string(PaddingKind kind) { return name_of(kPaddings, kind); }

bool is_model_file(const SafeTensors& contents) {
  const auto it = contents.metadata.find("format");
  return it != contents.metadata.end() && it->second == kFormat;
}

ModelFile parse_model_file(Bytes bytes, const std::string& name, Changed changed) {
  refuse_other_content(bytes, name);
  ModelFile model;
  model.contents = parse_safetensors(bytes, name);
  const MetadataReader reader(model.contents, name);
  reader.check_format();
  model.change = reader.mismatch();
  if (!model.change.empty()) {
    if (reader.has_own_layout(bytes)) {
      reader.fail(model.change + ": checksum mismatch: the file is damaged; get it again");
    }
    if (changed == Changed::refuse) {
      reader.fail(model.change + " has changed since the model was made; make a new model of it: " +
                  convert_command(name));
    }
  }
  reader.check_types();
  model.architecture = {reader.require("predictor"), reader.require("transformer"),
                        reader.kind("padding", kPaddings)};
  model.style_space = reader.style_space();
  model.source = reader.require("source");
  model.source_sha256 = reader.require("source_sha256");
  model.self_test = reader.optional("self_test");
  return model;
}

std::vector<std::uint8_t> build_model_file(const ModelDescription& description,
                                           const std::vector<NamedTensor>& tensors, DType dtype) {
  SafeTensors contents;
  // `contents` refers to these bytes. A deque never moves its elements, so they stay where they
  // are.
  std::deque<std::vector<std::uint8_t>> storage;
  std::map<std::string, std::string> crcs;
  for (const NamedTensor& tensor : tensors) {
    check_size(tensor);
    const Bytes data = storage.emplace_back(encode(tensor, dtype));
    if (!contents.tensors.emplace(tensor.name, TensorEntry{dtype, tensor.shape, data}).second) {
      throw Error(ErrorCode::internal, "tensor '" + one_line(tensor.name) + "' is there twice");
    }
    crcs[tensor.name] = hex8(crc32c(data));
  }
  std::string crc_table;
  for (const auto& [tensor, crc] : crcs) {
    crc_table += crc_table.empty() ? '{' : ',';
    crc_table += json_quoted(tensor) + ":\"" + crc + '"';
  }
  contents.metadata = {{"format", kFormat},
                       {"format_version", kFormatVersion},
                       {"predictor", description.architecture.predictor},
                       {"transformer", description.architecture.transformer},
                       {"padding", to_string(description.architecture.padding)},
                       {"source", valid_utf8(description.source)},
                       {"source_sha256", description.source_sha256},
                       {"crc32c", crc_table.empty() ? "{}" : crc_table + '}'}};
  if (description.style_space) contents.metadata["style_space"] = *description.style_space;
  if (!description.self_test.empty()) contents.metadata["self_test"] = description.self_test;
  contents.metadata["header_crc32c"] = header_crc32c(contents);
  return serialise_safetensors(contents);
}

}  // namespace nst
