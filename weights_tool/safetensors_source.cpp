// Reads safetensors files of any program, in one file or in shards.
#include <filesystem>
#include <optional>

#include "base/hash.hpp"
#include "base/strict_json.hpp"
#include "base/text.hpp"
#include "model/model_file.hpp"
#include "model/style_space.hpp"
#include "weights_tool/numbers.hpp"
#include "weights_tool/source_list.hpp"

namespace nst::weights {
namespace {

constexpr JsonLimits kIndexLimits = {.max_depth = 4, .max_values = 1'000'000, .only = "weight_map"};

std::string last_part(const std::string& name) {
  return std::filesystem::path(name).filename().string();
}

// Returns a type's name for messages and listings, in the spelling of TensorFlow and NumPy:
// "float32", "int64".
std::string type_text(DType dtype) {
  switch (dtype) {
    case DType::f32:
      return "float32";
    case DType::f16:
      return "float16";
    case DType::bf16:
      return "bfloat16";
    case DType::f64:
      return "float64";
    case DType::i64:
      return "int64";
    case DType::i32:
      return "int32";
    case DType::i16:
      return "int16";
    case DType::i8:
      return "int8";
    case DType::u16:
      return "uint16";
    case DType::u8:
      return "uint8";
    case DType::boolean:
      return "bool";
    default:
      return dtype_name(dtype);
  }
}

std::optional<Number> number_of(DType dtype) {
  switch (dtype) {
    case DType::f32:
      return Number::f32;
    case DType::f16:
      return Number::f16;
    case DType::bf16:
      return Number::bf16;
    case DType::f64:
      return Number::f64;
    case DType::i64:
      return Number::i64;
    case DType::i32:
      return Number::i32;
    case DType::i16:
      return Number::i16;
    case DType::i8:
      return Number::i8;
    case DType::u16:
      return Number::u16;
    case DType::u8:
    case DType::boolean:
      return Number::u8;
    default:
      return std::nullopt;
  }
}

class SafeTensorsSource : public ListedSource {
 public:
  SafeTensorsSource(const FileSet& files, const std::string& name, std::string description,
                    SafeTensors contents, SourceFacts facts)
      : ListedSource(std::move(description)),
        file_(files.open(name)),
        label_(files.label(name)),
        contents_(std::move(contents)),
        facts_(std::move(facts)) {
    made_of(files, name);
    std::vector<SourceTensor> tensors;
    for (const auto& [tensor, entry] : contents_.tensors) {
      const std::optional<Number> number = number_of(entry.dtype);
      tensors.push_back(
          {tensor, type_text(entry.dtype), entry.shape, !number || is_integer(*number)});
    }
    set_tensors(std::move(tensors));
  }

  std::string sha256() const override { return sha256_hex(file_.bytes); }
  SourceFacts facts() const override { return facts_; }
  std::vector<float> read(const std::string& name) const override {
    const TensorEntry& entry = contents_.tensors.at(find(name).name);
    const std::optional<Number> number = number_of(entry.dtype);
    if (!number) {
      throw Error(ErrorCode::model, one_line(label_) + ": tensor '" + one_line(name) +
                                        "' is of type " + dtype_name(entry.dtype) +
                                        ", which is not supported");
    }
    return widen(entry.data, *number);
  }

 private:
  FileData file_;
  std::string label_;
  SafeTensors contents_;
  SourceFacts facts_;
};

// Returns the style space stated in the metadata of a file that is not a model file. The training
// scripts of models/training write such files.
SourceFacts stated_facts(const SafeTensors& contents) {
  SourceFacts facts;
  const auto it = contents.metadata.find("style_space");
  if (it != contents.metadata.end() && is_style_space(it->second)) facts.style_space = it->second;
  return facts;
}

}  // namespace

std::unique_ptr<Source> open_safetensors(const FileSet& files, const std::string& name) {
  const Bytes bytes = files.bytes(name);
  const std::string label = files.label(name);
  SafeTensors contents = parse_safetensors(bytes, label);
  SourceFacts facts = stated_facts(contents);
  const bool is_ours = is_model_file(contents);
  if (is_ours) {
    ModelFile model = parse_model_file(bytes, label, Changed::accept);
    facts = {model.architecture.padding, model.style_space, model.change};
  }
  return std::make_unique<SafeTensorsSource>(
      files, name, (is_ours ? "NST model " : "safetensors file ") + last_part(name),
      std::move(contents), std::move(facts));
}

bool is_safetensors_index(Bytes bytes) {
  constexpr std::string_view kKey = "\"weight_map\"";
  return std::search(bytes.begin(), bytes.end(), kKey.begin(), kKey.end()) != bytes.end();
}

std::unique_ptr<Source> open_safetensors_shards(const FileSet& files, const std::string& name) {
  const std::string label = files.label(name);
  const auto fail = [&label](const std::string& what) {
    throw Error(ErrorCode::model, one_line(label) + ": " + one_line(what));
  };
  const JsonDocument index =
      parse_json_strictly(files.bytes(name), label, ErrorCode::model, kIndexLimits);
  const std::optional<JsonValue> map = index.root().find("weight_map");
  if (!map || !map->is_object() || map->size() == 0) fail("it has no weight_map");
  std::map<std::string, std::vector<std::string>> shards;  // a shard's file → names of its tensors
  for (const JsonValue entry : *map) {
    const std::filesystem::path shard = std::string(entry.text());
    if (shard.empty() || shard != shard.filename()) {
      fail("the shard '" + shard.string() + "' is not beside it");
    }
    shards[shard.string()].emplace_back(entry.key());
  }
  std::vector<std::unique_ptr<Source>> sources;
  for (const auto& [shard, tensors] : shards) {
    sources.push_back(open_safetensors(files, shard));
    for (const std::string& tensor : tensors) {
      const auto& held = sources.back()->tensors();
      if (!std::any_of(held.begin(), held.end(),
                       [&](const SourceTensor& t) { return t.name == tensor; })) {
        fail("its tensor '" + tensor + "' is not in " + shard);
      }
    }
  }
  return join_sources(std::move(sources), label, "two of its shards hold one tensor");
}

}  // namespace nst::weights
