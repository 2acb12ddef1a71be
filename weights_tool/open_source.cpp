#include <algorithm>
#include <cstring>
#include <filesystem>
#include <optional>

#include "base/text.hpp"
#include "weights_tool/source_list.hpp"
#include "weights_tool/sstable.hpp"

namespace nst::weights {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSavedModelPrefix = "variables/variables";

[[noreturn]] void fail(const std::string& path, const std::string& what) {
  throw Error(ErrorCode::model, one_line(path) + ": " + one_line(what));
}

std::string file_name(const fs::path& path) {
  return path.has_filename() ? path.filename().string() : path.parent_path().filename().string();
}

// The prefix a `checkpoint` state file names: model_checkpoint_path: "model.ckpt-1000".
std::optional<std::string> latest_checkpoint(const FileSet& files) {
  if (!files.has("checkpoint")) return std::nullopt;
  const Bytes bytes = files.bytes("checkpoint");
  const std::string text(bytes.begin(), bytes.end());
  constexpr std::string_view kKey = "model_checkpoint_path: \"";
  const std::size_t start = text.find(kKey);
  const std::size_t end = text.find('"', start + kKey.size());
  if (start == std::string::npos || end == std::string::npos) return std::nullopt;
  const std::string prefix = text.substr(start + kKey.size(), end - start - kKey.size());
  return fs::path(prefix).filename().string();
}

// Which checkpoint of a set of files is meant: the only one, or the one its state file names.
std::string find_prefix(const FileSet& files) {
  std::vector<std::string> prefixes;
  for (const std::string& name : files.names()) {
    if (name.ends_with(".index")) prefixes.push_back(name.substr(0, name.size() - 6));
  }
  if (prefixes.empty()) {
    fail(files.location(),
         "no model in it; looked for saved_model.pb, variables/variables.index, *.index of a "
         "checkpoint, and model.json");
  }
  if (prefixes.size() == 1) return prefixes[0];
  const std::optional<std::string> latest = latest_checkpoint(files);
  if (latest && std::count(prefixes.begin(), prefixes.end(), *latest) == 1) return *latest;
  fail(files.location(), "holds " + std::to_string(prefixes.size()) +
                             " checkpoints; give one of them, such as " + prefixes[0]);
}

std::unique_ptr<Source> open_files(FileSet files, const std::string& name) {
  if (files.has(std::string(kSavedModelPrefix) + ".index")) {
    return open_tensorflow(std::move(files), kSavedModelPrefix, "TensorFlow SavedModel " + name);
  }
  if (files.has("saved_model.pb")) {
    fail(files.location(), "a SavedModel without variables/variables.index");
  }
  const std::string prefix = find_prefix(files);
  const std::string description = "TensorFlow checkpoint " + file_name(prefix);
  return open_tensorflow(std::move(files), prefix, description);
}

std::unique_ptr<Source> open_checkpoint_prefix(const fs::path& prefix) {
  const fs::path folder = prefix.has_parent_path() ? prefix.parent_path() : ".";
  // A SavedModel's own variables, given by their path: the names are in the folder above.
  if (prefix.filename() == "variables" && folder.filename() == "variables") {
    const fs::path above = folder.has_parent_path() ? folder.parent_path() : "..";
    return open_files(FileSet::folder(above.string()), file_name(fs::absolute(above)));
  }
  return open_tensorflow(FileSet::folder(folder.string()), prefix.filename().string(),
                         "TensorFlow checkpoint " + prefix.filename().string());
}

bool starts_with(Bytes bytes, std::uint64_t at, std::string_view text) {
  return bytes.size() >= at + text.size() &&
         std::memcmp(bytes.data() + at, text.data(), text.size()) == 0;
}

bool is_json(Bytes bytes) {
  const auto first = std::find_if(bytes.begin(), bytes.end(), [](std::uint8_t b) {
    return b != ' ' && b != '\n' && b != '\r';
  });
  return first != bytes.end() && *first == '{';
}

std::unique_ptr<Source> open_file(const std::string& path) {
  const FileContents file(path, ErrorCode::model);
  const Bytes bytes = file.bytes();
  const fs::path p(path);
  const std::string name = p.filename().string();
  if (starts_with(bytes, 0, "\x1f\x8b")) return open_files(FileSet::tar_gz(path), name);
  if (starts_with(bytes, 4, "TFL3")) return open_tflite(path);
  if (is_sstable(bytes) && name.ends_with(".index")) {
    return open_checkpoint_prefix(path.substr(0, path.size() - 6));
  }
  std::error_code ignored;
  const std::size_t data = path.rfind(".data-");
  if (data != std::string::npos && fs::exists(path.substr(0, data) + ".index", ignored)) {
    return open_checkpoint_prefix(path.substr(0, data));
  }
  if (name == "saved_model.pb") {
    const fs::path folder = p.has_parent_path() ? p.parent_path() : ".";
    return open_files(FileSet::folder(folder.string()), file_name(fs::absolute(folder)));
  }
  // A header length below 2^56 ends in a zero byte, which no text holds.
  const bool is_safetensors = starts_with(bytes, 7, std::string_view("\0{", 2));
  if (is_safetensors || name.ends_with(".safetensors")) return open_safetensors(path);
  if (is_json(bytes)) return open_tfjs(path);
  if (name.ends_with(".index")) return open_checkpoint_prefix(path.substr(0, path.size() - 6));
  fail(path,
       "unknown kind of model; known are TensorFlow checkpoints, SavedModels, .tar.gz of these, "
       ".tflite, TF.js model.json and .safetensors");
}

}  // namespace

std::unique_ptr<Source> open_source(const std::string& path) {
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) {
    if (fs::exists(fs::path(path) / "model.json", ignored)) {
      return open_tfjs((fs::path(path) / "model.json").string());
    }
    return open_files(FileSet::folder(path), file_name(fs::absolute(path).lexically_normal()));
  }
  if (!fs::exists(path, ignored) && fs::exists(path + ".index", ignored)) {
    return open_checkpoint_prefix(path);
  }
  return open_file(path);
}

}  // namespace nst::weights
