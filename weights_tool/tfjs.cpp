// Reads TF.js graph models and layers models: a manifest of weights, and binary shards in its
// folder. Format: https://github.com/tensorflow/tfjs/tree/master/tfjs-converter (weights_loader).
#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>

#include "base/hash.hpp"
#include "base/strict_json.hpp"
#include "base/text.hpp"
#include "weights_tool/numbers.hpp"
#include "weights_tool/source_list.hpp"

namespace nst::weights {
namespace {

namespace fs = std::filesystem;

constexpr JsonLimits kManifestLimits = {
    .max_depth = 40, .max_values = 5'000'000, .only = "weightsManifest"};
constexpr std::size_t kMaxRank = 8;

struct StoredTensor {
  std::size_t group = 0;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
  Number number = Number::f32;
  // The quantisation of weights: value = scale · q + min, where q is the stored integer.
  bool is_affine = false;
  double scale = 1.0;
  double min = 0.0;
};

class TfjsSource : public ListedSource {
 public:
  TfjsSource(FileSet files, const std::string& name)
      : ListedSource("TF.js model " + fs::path(name).filename().string()),
        files_(std::move(files)),
        label_(files_.label(name)),
        manifest_(files_.open(name)) {
    made_of(files_, name);
    const JsonDocument document =
        parse_json_strictly(manifest_.bytes, label_, ErrorCode::model, kManifestLimits);
    // The list of weights is the member weightsManifest of model.json. Before TF.js 1.0, it was the
    // whole content of a separate file.
    const std::optional<JsonValue> list =
        document.root().is_array() ? document.root() : document.root().find("weightsManifest");
    if (!list || !list->is_array()) fail("not a TF.js model (it has no weightsManifest)");
    std::vector<SourceTensor> tensors;
    for (const JsonValue group : *list) add_group(group, tensors);
    set_tensors(std::move(tensors));
  }

  // Returns the SHA-256 of the manifest followed by all shards, in the order of the manifest.
  std::string sha256() const override {
    Sha256 hash;
    hash.update(manifest_.bytes);
    for (const auto& group : groups_) {
      for (const FileData& shard : group) hash.update(shard.bytes);
    }
    return hash.finish_hex();
  }

  std::vector<float> read(const std::string& name) const override {
    const StoredTensor& stored = stored_.at(find(name).name);
    std::vector<float> values = widen(gather(stored), stored.number);
    if (stored.is_affine) {
      for (float& value : values) {
        value = static_cast<float>(stored.scale * static_cast<double>(value) + stored.min);
      }
    }
    return values;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw Error(ErrorCode::model, one_line(label_) + ": " + one_line(what));
  }

  static std::string text(JsonValue object, const char* key) {
    const std::optional<JsonValue> value = object.find(key);
    return value ? std::string(value->text()) : std::string();
  }

  void add_group(JsonValue group, std::vector<SourceTensor>& tensors) {
    const std::optional<JsonValue> paths = group.find("paths");
    const std::optional<JsonValue> weights = group.find("weights");
    if (!paths || !paths->is_array() || !weights || !weights->is_array()) {
      fail("damaged weightsManifest");
    }
    std::uint64_t shard_bytes = 0;
    auto& shards = groups_.emplace_back();
    for (const JsonValue shard : *paths) {
      if (!shard.is_text()) fail("damaged weightsManifest");
      shards.push_back(open_shard(std::string(shard.text())));
      shard_bytes = checked_add(shard_bytes, shards.back().bytes.size(), ErrorCode::model, label_);
    }
    std::uint64_t offset = 0;
    for (const JsonValue weight : *weights) {
      if (!weight.is_object()) fail("damaged weightsManifest");
      tensors.push_back(add_tensor(weight, offset));
    }
    if (offset != shard_bytes) {
      fail("its weights need " + std::to_string(offset) + " bytes, the shards hold " +
           std::to_string(shard_bytes) + ": a shard is damaged or of another model");
    }
  }

  FileData open_shard(const std::string& name) {
    const fs::path relative = name;
    bool leaves = name.empty() || relative.is_absolute();
    for (const fs::path& part : relative) leaves = leaves || part == "..";
    if (leaves) fail("the shard '" + name + "' is not beside it");
    const std::string plain = relative.lexically_normal().string();
    // Refuses a shard that is named twice. Otherwise a hostile small file could claim a giant model
    // by naming a shard again and again.
    if (!shard_names_.insert(plain).second) fail("names the shard '" + name + "' twice");
    if (!files_.has(plain)) {
      throw Error(ErrorCode::model, one_line(files_.label(plain)) +
                                        ": cannot open: a weight shard that " + one_line(label_) +
                                        " needs is missing");
    }
    made_of(files_, plain);
    return files_.open(plain);
  }

  SourceTensor add_tensor(JsonValue weight, std::uint64_t& offset) {
    SourceTensor tensor{text(weight, "name"), text(weight, "dtype"), {}};
    const std::string where = one_line(label_) + ": weight '" + one_line(tensor.name) + "'";
    const std::optional<JsonValue> shape = weight.find("shape");
    if (tensor.name.empty() || !shape || !shape->is_array()) fail("damaged weightsManifest");
    for (const JsonValue dim : *shape) {
      const std::uint64_t side = dim.count().value_or(UINT64_MAX);
      if (side > INT32_MAX || tensor.shape.size() == kMaxRank) {
        throw Error(ErrorCode::model, where + " has no proper shape");
      }
      tensor.shape.push_back(static_cast<std::int64_t>(side));
    }
    StoredTensor stored;
    stored.group = groups_.size() - 1;
    stored.offset = offset;
    if (const std::optional<JsonValue> quantization = weight.find("quantization")) {
      if (!quantization->is_object()) fail("damaged weightsManifest");
      tensor.dtype = text(*quantization, "dtype");
      stored.is_affine = tensor.dtype != "float16";
      if (stored.is_affine) {
        stored.scale = number(*quantization, "scale", where);
        stored.min = number(*quantization, "min", where);
      }
    }
    stored.number = number_type(tensor.dtype, where);
    tensor.is_integer = !stored.is_affine && is_integer(stored.number);
    stored.size = checked_mul(shape_elements(tensor.shape, where), number_bytes(stored.number),
                              ErrorCode::model, where);
    offset = checked_add(offset, stored.size, ErrorCode::model, where);
    stored_[tensor.name] = stored;
    return tensor;
  }

  static double number(JsonValue object, const char* key, const std::string& where) {
    const std::optional<JsonValue> value = object.find(key);
    if (!value || !value->number()) {
      throw Error(ErrorCode::model, where + ": its quantization has no " + key);
    }
    return *value->number();
  }

  static Number number_type(const std::string& dtype, const std::string& where) {
    if (dtype == "float32") return Number::f32;
    if (dtype == "float16") return Number::f16;
    if (dtype == "int32") return Number::i32;
    if (dtype == "uint16") return Number::u16;
    if (dtype == "uint8" || dtype == "bool") return Number::u8;
    throw Error(ErrorCode::model,
                where + " is of type '" + one_line(dtype) + "', which is not supported");
  }

  // Returns the bytes of a tensor. If they extend over several shards, joins them in `joined_`.
  Bytes gather(const StoredTensor& stored) const {
    joined_.clear();
    std::uint64_t skip = stored.offset;
    for (const FileData& shard : groups_[stored.group]) {
      const Bytes bytes = shard.bytes;
      if (skip >= bytes.size()) {
        skip -= bytes.size();
        continue;
      }
      const Bytes rest = bytes.subspan(skip);
      const std::uint64_t wanted = stored.size - joined_.size();
      if (joined_.empty() && rest.size() >= wanted) return rest.first(wanted);
      const Bytes part = rest.first(std::min<std::uint64_t>(wanted, rest.size()));
      joined_.insert(joined_.end(), part.begin(), part.end());
      skip = 0;
      if (joined_.size() == stored.size) break;
    }
    return joined_;
  }

  FileSet files_;
  std::string label_;
  FileData manifest_;
  std::set<std::string> shard_names_;
  std::vector<std::vector<FileData>> groups_;
  std::map<std::string, StoredTensor> stored_;
  mutable std::vector<std::uint8_t> joined_;
};

}  // namespace

std::unique_ptr<Source> open_tfjs(const FileSet& files, const std::string& name) {
  return std::make_unique<TfjsSource>(files, name);
}

bool is_tfjs_manifest(Bytes bytes) {
  const auto contains = [&](std::string_view text) {
    return std::search(bytes.begin(), bytes.end(), text.begin(), text.end()) != bytes.end();
  };
  const auto first =
      std::find_if(bytes.begin(), bytes.end(), [](std::uint8_t b) { return b > ' ' && b < 0x80; });
  if (first == bytes.end()) return false;
  return *first == '[' ? contains("\"paths\"") && contains("\"weights\"")
                       : contains("\"weightsManifest\"");
}

}  // namespace nst::weights
