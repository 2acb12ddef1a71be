#include "weights_tool/find_model.hpp"

#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "model/recognise.hpp"
#include "weights_tool/source_list.hpp"

namespace nst::weights {
namespace {

using Names = std::vector<std::string>;

[[noreturn]] void fail(const FileSet& files, const std::string& what) {
  throw Error(ErrorCode::model, one_line(files.location()) + ": " + what);
}

std::string folder_of(const std::string& name) { return name.substr(0, name.rfind('/') + 1); }

std::string last_part(const std::string& name) { return name.substr(name.rfind('/') + 1); }

std::string listed(const Names& names) {
  constexpr std::size_t kShown = 4;
  std::string text;
  for (std::size_t i = 0; i < std::min(kShown, names.size()); ++i) {
    text += (i == 0 ? "" : ", ") + one_line(names[i]);
  }
  return text + (names.size() > kShown ? ", ..." : "");
}

// The names in a file set, by the kind of model to which each file or folder may belong.
struct Found {
  std::set<std::string> saved_models;  // folders with variables/variables.index
  std::set<std::string> bare_graphs;   // folders with saved_model.pb, but without variables
  Names checkpoints;                   // TensorFlow V2 checkpoints: paths without ".index"
  Names old_checkpoints;               // files that may be a TensorFlow V1 checkpoint
  Names manifests;                     // manifests of TF.js models
  Names tflite;
  Names shard_indexes;  // index files of safetensors shards
  Names safetensors;

  bool any() const {
    return !saved_models.empty() || !bare_graphs.empty() || !checkpoints.empty() ||
           !old_checkpoints.empty() || !manifests.empty() || !tflite.empty() ||
           !shard_indexes.empty() || !safetensors.empty();
  }
};

// Adds a .json file to the matching list of `found`. A file that is neither a TF.js manifest nor an
// index of shards belongs to another program and is ignored.
void sort_json(const FileSet& files, const std::string& name, Found& found) {
  Bytes bytes;
  try {
    bytes = files.bytes(name);
  } catch (const Error&) {  // skips a file that cannot be read: it may be no part of the model
    return;
  }
  if (is_tfjs_manifest(bytes) || last_part(name) == "model.json") {
    found.manifests.push_back(name);
  } else if (is_safetensors_index(bytes)) {
    found.shard_indexes.push_back(name);
  }
}

Found sort_names(const FileSet& files) {
  constexpr std::string_view kVariables = "variables/variables.index";
  Found found;
  const Names names = files.names();
  for (const std::string& name : names) {
    const std::string last = last_part(name);
    if (name == kVariables || name.ends_with(std::string("/") + std::string(kVariables))) {
      found.saved_models.insert(name.substr(0, name.size() - kVariables.size()));
    } else if (name.ends_with(".index")) {
      found.checkpoints.push_back(name.substr(0, name.size() - 6));
    } else if (last == "saved_model.pb") {
      found.bare_graphs.insert(folder_of(name));
    } else if (name.ends_with(".json")) {
      sort_json(files, name, found);
    } else if (name.ends_with(".tflite") || name.ends_with(".lite")) {
      found.tflite.push_back(name);
    } else if (name.ends_with(".safetensors")) {
      found.safetensors.push_back(name);
    } else if (last.find(".ckpt") != std::string::npos &&
               last.find(".data-") == std::string::npos && !last.ends_with(".meta")) {
      if (recognise(files.bytes(name)) == Content::sstable) found.old_checkpoints.push_back(name);
    }
  }
  for (const std::string& folder : found.saved_models) found.bare_graphs.erase(folder);
  // Drops each old manifest (weights_manifest.json) that has a model.json in its folder. Before
  // version 1.0, TF.js wrote the manifest as a separate file; later versions put it into
  // model.json.
  std::erase_if(found.manifests, [&](const std::string& name) {
    return last_part(name) == "weights_manifest.json" &&
           std::count(found.manifests.begin(), found.manifests.end(),
                      folder_of(name) + "model.json") != 0;
  });
  return found;
}

std::unique_ptr<Source> open_checkpoint(const FileSet& files, const Names& prefixes) {
  std::string prefix = prefixes[0];
  if (prefixes.size() > 1) {
    const std::string folder = folder_of(prefix);
    const FileSet around = files.within(folder);
    const bool together = std::all_of(prefixes.begin(), prefixes.end(), [&](const auto& other) {
      return folder_of(other) == folder;
    });
    const std::optional<std::string> latest = together && around.has("checkpoint")
                                                  ? checkpoint_named(around.bytes("checkpoint"))
                                                  : std::nullopt;
    if (!latest || !around.has(*latest + ".index")) {
      fail(files, "holds " + std::to_string(prefixes.size()) +
                      " checkpoints; give one of them, such as " + one_line(prefix));
    }
    prefix = folder + *latest;
  }
  const std::string name = last_part(prefix);
  return open_tensorflow(files.within(folder_of(prefix)), name, "TensorFlow checkpoint " + name);
}

template <typename Open>
std::unique_ptr<Source> open_all(const FileSet& files, const Names& names, Open&& open) {
  std::vector<std::unique_ptr<Source>> sources;
  for (const std::string& name : names) {
    sources.push_back(open(files.within(folder_of(name)), last_part(name)));
  }
  return join_sources(std::move(sources), files.location(), listed(names));
}

std::unique_ptr<Source> open_found(const FileSet& files, const std::string& name,
                                   const Found& found) {
  if (!found.saved_models.empty()) {
    if (found.saved_models.size() > 1) {
      fail(files, "holds " + std::to_string(found.saved_models.size()) +
                      " SavedModels; give one of them: " +
                      listed({found.saved_models.begin(), found.saved_models.end()}));
    }
    return open_tensorflow(files.within(*found.saved_models.begin()), "variables/variables",
                           "TensorFlow SavedModel " + name);
  }
  if (!found.checkpoints.empty()) return open_checkpoint(files, found.checkpoints);
  if (!found.manifests.empty()) return open_all(files, found.manifests, open_tfjs);
  if (!found.tflite.empty()) return open_all(files, found.tflite, open_tflite);
  if (!found.shard_indexes.empty()) {
    return open_all(files, found.shard_indexes, open_safetensors_shards);
  }
  if (!found.safetensors.empty()) return open_all(files, found.safetensors, open_safetensors);
  if (!found.old_checkpoints.empty()) {
    return open_all(files, found.old_checkpoints, open_checkpoint_v1);
  }
  fail(files, "a SavedModel without variables/variables.index");
}

// Opens a model by the content of the files, for sets whose file names tell nothing. If there is no
// model, the error names a file of another program that was found.
std::unique_ptr<Source> open_by_content(const FileSet& files) {
  constexpr std::size_t kLooked = 100;
  const Names names = files.names();
  std::string other;
  for (std::size_t i = 0; i < std::min(kLooked, names.size()); ++i) {
    const Content content = recognise(files.bytes(names[i]));
    if (content == Content::tflite) return open_tflite(files, names[i]);
    if (content == Content::safetensors) return open_safetensors(files, names[i]);
    if (content == Content::sstable) return open_checkpoint_v1(files, names[i]);
    const bool is_other = content != Content::unknown && content != Content::json &&
                          content != Content::empty && content != Content::picture;
    if (is_other && other.empty()) {
      other = "; " + one_line(names[i]) + " is " + content_text(content);
    }
  }
  fail(files,
       "no model in it; looked for saved_model.pb, variables/variables.index, *.index of a "
       "checkpoint, *.tflite, *.safetensors, and model.json" +
           other);
}

}  // namespace

std::optional<std::string> checkpoint_named(Bytes state_file) {
  const std::string text(state_file.begin(), state_file.end());
  constexpr std::string_view kKey = "model_checkpoint_path:";
  std::size_t start = text.find(kKey);
  if (start == std::string::npos) return std::nullopt;
  start = text.find('"', start + kKey.size());
  const std::size_t end = start == std::string::npos ? start : text.find('"', start + 1);
  if (end == std::string::npos) return std::nullopt;
  const std::string path = text.substr(start + 1, end - start - 1);
  const std::string name = path.substr(path.find_last_of("/\\") + 1);
  return name.empty() ? std::nullopt : std::optional(name);
}

std::unique_ptr<Source> find_model(const FileSet& files, const std::string& name) {
  const Found found = sort_names(files);
  return found.any() ? open_found(files, name, found) : open_by_content(files);
}

std::unique_ptr<Source> find_model_in_folder(const std::string& path, const std::string& name) {
  const FileSet files = FileSet::folder(path);
  const Found found = sort_names(files);
  if (found.any()) return open_found(files, name, found);
  return find_model(FileSet::folder(path, FileSet::Depth::deep), name);
}

}  // namespace nst::weights
