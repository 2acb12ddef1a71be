// The base class of the sources, which keeps their tensor list, and the functions that open each
// format.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "weights_tool/file_set.hpp"
#include "weights_tool/source.hpp"

namespace nst::weights {

// A source that keeps its tensors in a sorted list. Implementations fill the list once.
class ListedSource : public Source {
 public:
  std::string description() const override { return description_; }
  const std::vector<SourceTensor>& tensors() const override { return tensors_; }
  std::vector<std::string> files() const override { return files_; }

 protected:
  explicit ListedSource(std::string description) : description_(std::move(description)) {}
  // Stores the tensors, sorted. Throws Error{model} if a name occurs twice.
  void set_tensors(std::vector<SourceTensor> tensors);
  // Returns the tensor of this name. Throws Error{model} naming the tensor if it is not listed.
  const SourceTensor& find(const std::string& name) const;
  // Adds the file that holds `name` to files().
  void made_of(const FileSet& set, const std::string& name) { files_.push_back(set.path(name)); }

 private:
  std::string description_;
  std::vector<SourceTensor> tensors_;
  std::vector<std::string> files_;
};

// Opens the variables of a TensorFlow checkpoint or SavedModel: the bundle `prefix` in `files`. If
// the bundle has an object graph, the names come from the graph; names that the graph lacks come
// from "saved_model.pb" in `files`.
std::unique_ptr<Source> open_tensorflow(FileSet files, const std::string& prefix,
                                        std::string description);
// Opens a checkpoint of version 1: one table that holds names and values.
std::unique_ptr<Source> open_checkpoint_v1(const FileSet& files, const std::string& name);
// Opens a .tflite file: the weights of its convolutions, under their names in TensorFlow.
std::unique_ptr<Source> open_tflite(const FileSet& files, const std::string& name);
// Opens a TF.js manifest (model.json, or weights_manifest.json before 1.0) and the shards in its
// folder.
std::unique_ptr<Source> open_tfjs(const FileSet& files, const std::string& name);
// Returns true if a JSON text contains the keys of such a manifest.
bool is_tfjs_manifest(Bytes bytes);
// Opens a safetensors file. In NST's own model files the checksums are checked.
std::unique_ptr<Source> open_safetensors(const FileSet& files, const std::string& name);
// Opens an index of safetensors shards (model.safetensors.index.json) and the shards in its folder.
std::unique_ptr<Source> open_safetensors_shards(const FileSet& files, const std::string& name);
// Returns true if a JSON text contains the key of such an index.
bool is_safetensors_index(Bytes bytes);

// Joins several sources into one. Throws Error{model} if two have a tensor of the same name; the
// message calls them `location` and, as a list, `names`.
std::unique_ptr<Source> join_sources(std::vector<std::unique_ptr<Source>> sources,
                                     const std::string& location, const std::string& names);

}  // namespace nst::weights
