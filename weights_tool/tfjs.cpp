// TF.js graph and layers models: model.json with a weightsManifest, and binary shards beside it.
// Format: https://github.com/tensorflow/tfjs/tree/master/tfjs-converter (weights_loader).
#include <filesystem>
#include <optional>

#include "base/hash.hpp"
#include "base/strict_json.hpp"
#include "base/text.hpp"
#include "weights_tool/numbers.hpp"
#include "weights_tool/source_list.hpp"

namespace nst::weights {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

constexpr JsonLimits kManifestLimits = {.max_depth = 40, .max_values = 5'000'000};

struct StoredTensor {
  std::size_t group = 0;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
  Number number = Number::f32;
  // Quantised weights: value = scale · q + min.
  bool is_affine = false;
  double scale = 1.0;
  double min = 0.0;
};

class TfjsSource : public ListedSource {
 public:
  explicit TfjsSource(const std::string& path)
      : ListedSource("TF.js model " + fs::path(path).filename().string()),
        path_(path),
        manifest_(path, ErrorCode::model) {
    const json model =
        parse_json_strictly(manifest_.bytes(), path, ErrorCode::model, kManifestLimits);
    if (!model.is_object() || !model.contains("weightsManifest") ||
        !model["weightsManifest"].is_array()) {
      fail("not a TF.js model (it has no weightsManifest)");
    }
    std::vector<SourceTensor> tensors;
    for (const json& group : model["weightsManifest"]) add_group(group, tensors);
    set_tensors(std::move(tensors));
  }

  // Of model.json followed by the shards in the order it lists them.
  std::string sha256() const override {
    Sha256 hash;
    hash.update(manifest_.bytes());
    for (const auto& group : groups_) {
      for (const FileContents& shard : group) hash.update(shard.bytes());
    }
    return hash.finish_hex();
  }

  std::vector<float> read(const std::string& name) const override {
    const StoredTensor& stored = stored_.at(find(name).name);
    std::vector<float> values = widen(gather(stored), stored.number);
    if (stored.is_affine) {
      for (float& value : values) value = static_cast<float>(stored.scale * value + stored.min);
    }
    return values;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw Error(ErrorCode::model, one_line(path_) + ": " + one_line(what));
  }

  static std::string text(const json& object, const char* key) {
    const auto it = object.find(key);
    return it != object.end() && it->is_string() ? it->get<std::string>() : std::string();
  }

  void add_group(const json& group, std::vector<SourceTensor>& tensors) {
    if (!group.is_object() || !group.contains("paths") || !group["paths"].is_array() ||
        !group.contains("weights") || !group["weights"].is_array()) {
      fail("damaged weightsManifest");
    }
    std::uint64_t shard_bytes = 0;
    auto& shards = groups_.emplace_back();
    for (const json& shard : group["paths"]) {
      if (!shard.is_string()) fail("damaged weightsManifest");
      shards.push_back(open_shard(shard.get<std::string>()));
      shard_bytes = checked_add(shard_bytes, shards.back().bytes().size(), ErrorCode::model, path_);
    }
    std::uint64_t offset = 0;
    for (const json& weight : group["weights"]) {
      if (!weight.is_object()) fail("damaged weightsManifest");
      tensors.push_back(add_tensor(weight, offset));
    }
    if (offset != shard_bytes) {
      fail("its weights need " + std::to_string(offset) + " bytes, the shards hold " +
           std::to_string(shard_bytes) + ": a shard is damaged or of another model");
    }
  }

  FileContents open_shard(const std::string& name) const {
    const fs::path relative = name;
    bool leaves = name.empty() || relative.is_absolute();
    for (const fs::path& part : relative) leaves = leaves || part == "..";
    if (leaves) fail("the shard '" + name + "' is not beside it");
    try {
      return FileContents((fs::path(path_).parent_path() / relative).string(), ErrorCode::model);
    } catch (const Error& error) {
      throw Error(ErrorCode::model, std::string(error.what()) + " (a weight shard that " +
                                        one_line(fs::path(path_).filename().string()) + " needs)");
    }
  }

  SourceTensor add_tensor(const json& weight, std::uint64_t& offset) {
    SourceTensor tensor{text(weight, "name"), text(weight, "dtype"), {}};
    const std::string where = one_line(path_) + ": weight '" + one_line(tensor.name) + "'";
    if (tensor.name.empty() || !weight.contains("shape") || !weight["shape"].is_array()) {
      fail("damaged weightsManifest");
    }
    for (const json& dim : weight["shape"]) {
      if (!dim.is_number_unsigned() || dim.get<std::uint64_t>() > INT32_MAX) {
        throw Error(ErrorCode::model, where + " has no proper shape");
      }
      tensor.shape.push_back(dim.get<std::int64_t>());
    }
    StoredTensor stored;
    stored.group = groups_.size() - 1;
    stored.offset = offset;
    std::string stored_type = tensor.dtype;
    if (weight.contains("quantization")) {
      const json& quantization = weight["quantization"];
      if (!quantization.is_object()) fail("damaged weightsManifest");
      stored_type = text(quantization, "dtype");
      tensor.dtype = stored_type;
      stored.is_affine = stored_type != "float16";
      if (stored.is_affine) {
        stored.scale = number(quantization, "scale", where);
        stored.min = number(quantization, "min", where);
      }
    }
    stored.number = number_type(stored_type, where);
    stored.size = checked_mul(shape_elements(tensor.shape, where), number_bytes(stored.number),
                              ErrorCode::model, where);
    offset = checked_add(offset, stored.size, ErrorCode::model, where);
    stored_[tensor.name] = stored;
    return tensor;
  }

  static double number(const json& object, const char* key, const std::string& where) {
    const auto it = object.find(key);
    if (it == object.end() || !it->is_number()) {
      throw Error(ErrorCode::model, where + ": its quantization has no " + key);
    }
    return it->get<double>();
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

  // The bytes of a tensor, joined in `joined_` where they straddle shards.
  Bytes gather(const StoredTensor& stored) const {
    joined_.clear();
    std::uint64_t skip = stored.offset;
    for (const FileContents& shard : groups_[stored.group]) {
      const Bytes bytes = shard.bytes();
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

  std::string path_;
  FileContents manifest_;
  std::vector<std::vector<FileContents>> groups_;
  std::map<std::string, StoredTensor> stored_;
  mutable std::vector<std::uint8_t> joined_;
};

}  // namespace

std::unique_ptr<Source> open_tfjs(const std::string& path) {
  return std::make_unique<TfjsSource>(path);
}

}  // namespace nst::weights
