#include <algorithm>
#include <filesystem>
#include <optional>

#include "base/text.hpp"
#include "model/recognise.hpp"
#include "weights_tool/find_model.hpp"
#include "weights_tool/source_list.hpp"

namespace nst::weights {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const std::string& path, const std::string& what) {
  throw Error(ErrorCode::model, one_line(path) + ": " + what);
}

std::string parent_of(const std::string& path) {
  const fs::path parent = fs::path(path).parent_path();
  return parent.empty() ? "." : parent.string();
}

// Returns the last part of a path as messages show it. Also works for "." and "a/..".
std::string call_name(const std::string& path) {
  std::error_code error;
  fs::path absolute = fs::absolute(path, error);
  if (error) absolute = path;
  absolute = absolute.lexically_normal();
  return (absolute.has_filename() ? absolute : absolute.parent_path()).filename().string();
}

// Opens a TensorFlow checkpoint of version 2. `prefix` is the path of its index without ".index".
std::unique_ptr<Source> open_prefix(const std::string& prefix, std::optional<FileSet> files = {}) {
  const fs::path path(prefix);
  const std::string folder = parent_of(prefix);
  // If the path leads to the variables of a SavedModel, opens the SavedModel in the folder above,
  // because the variables' names are in its saved_model.pb.
  if (path.filename() == "variables" && fs::path(folder).filename() == "variables") {
    const std::string above = parent_of(folder);
    return find_model(FileSet::folder(above), call_name(above));
  }
  const std::string name = path.filename().string();
  if (!files) files = FileSet::folder(folder);
  return open_tensorflow(*std::move(files), name, "TensorFlow checkpoint " + name);
}

std::unique_ptr<Source> open_state_file(const std::string& path, FileData data) {
  const FileSet files = FileSet::beside(path, std::move(data));
  const std::string name = fs::path(path).filename().string();
  const std::optional<std::string> latest = checkpoint_named(files.bytes(name));
  if (!latest) fail(path, "names no checkpoint");
  if (files.has(*latest + ".index")) return open_prefix(parent_of(path) + "/" + *latest, files);
  if (files.has(*latest)) return open_checkpoint_v1(files, *latest);
  fail(path, "names the checkpoint " + one_line(*latest) + ", whose " + one_line(*latest) +
                 ".index is not beside it");
}

std::unique_ptr<Source> open_meta_graph(const std::string& path) {
  const std::string prefix = path.ends_with(".meta") ? path.substr(0, path.size() - 5) : path;
  std::error_code ignored;
  if (prefix != path && fs::exists(prefix + ".index", ignored)) return open_prefix(prefix);
  fail(path, "is the graph of a checkpoint without its numbers: no " +
                 one_line(fs::path(prefix).filename().string()) + ".index is beside it");
}

std::unique_ptr<Source> open_json(const std::string& path, const FileData& data) {
  const FileSet files = FileSet::beside(path, data);
  const std::string name = fs::path(path).filename().string();
  if (is_tfjs_manifest(data.bytes)) return open_tfjs(files, name);
  if (is_safetensors_index(data.bytes)) return open_safetensors_shards(files, name);
  fail(path,
       "a JSON text, but not a TF.js model (it has no weightsManifest) and no index of "
       "safetensors shards (it has no weight_map)");
}

}  // namespace

std::unique_ptr<Source> open_source(const std::string& path, FileData data) {
  const std::string name = fs::path(path).filename().string();
  std::error_code ignored;
  const std::size_t shard = path.rfind(".data-");
  if (shard != std::string::npos && fs::exists(path.substr(0, shard) + ".index", ignored)) {
    return open_prefix(path.substr(0, shard));
  }
  const Content content = recognise(data.bytes);
  if (is_archive(content)) return find_model(FileSet::archive(path, data.bytes), name);
  const bool is_index = name.ends_with(".index");
  if (name.ends_with(".meta") && content != Content::empty) return open_meta_graph(path);
  switch (content) {
    case Content::tflite:
      return open_tflite(FileSet::file(path, std::move(data)), name);
    case Content::safetensors:
      return open_safetensors(FileSet::file(path, std::move(data)), name);
    case Content::sstable:
      if (!is_index) return open_checkpoint_v1(FileSet::file(path, std::move(data)), name);
      break;
    case Content::checkpoint_state:
      return open_state_file(path, std::move(data));
    case Content::json:
      return open_json(path, data);
    case Content::saved_model:
      return find_model(FileSet::beside(path, std::move(data)), call_name(parent_of(path)));
    default:
      break;
  }
  if (is_index) {
    return open_prefix(path.substr(0, path.size() - 6), FileSet::beside(path, std::move(data)));
  }
  if (name == "saved_model.pb") {
    return find_model(FileSet::beside(path, std::move(data)), call_name(parent_of(path)));
  }
  if (name.ends_with(".safetensors") && content == Content::unknown) {
    return open_safetensors(FileSet::file(path, std::move(data)), name);
  }
  if (name.ends_with(".tflite") && content == Content::unknown) {
    fail(path, "damaged: a TFLite file has TFL3 at byte 4");
  }
  if (content != Content::unknown) {
    fail(path, "cannot be converted: it is " + content_text(content));
  }
  fail(path,
       "unknown kind of model; known are TensorFlow checkpoints, SavedModels, .tflite, TF.js "
       "models, .safetensors, and archives of these");
}

std::unique_ptr<Source> open_source(const std::string& path) {
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) return find_model_in_folder(path, call_name(path));
  if (!fs::exists(path, ignored) && fs::exists(path + ".index", ignored)) return open_prefix(path);
  return open_source(path, read_file(path));
}

}  // namespace nst::weights
