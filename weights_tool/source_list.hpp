// The base class of all sources, which keeps their list of tensors. Also declares the functions
// that open each format.
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
  // Stores the list of tensors and sorts it by name. Throws Error{model} if a name occurs twice.
  void set_tensors(std::vector<SourceTensor> tensors);
  // Returns the tensor with this name. If there is none, throws Error{model} with the name.
  const SourceTensor& find(const std::string& name) const;
  // Adds to files() the path of the file on disk that contains the set's member `name`.
  void made_of(const FileSet& set, const std::string& name) { files_.push_back(set.path(name)); }

 private:
  std::string description_;
  std::vector<SourceTensor> tensors_;
  std::vector<std::string> files_;
};

// Opens the variables of a TensorFlow checkpoint or SavedModel: the bundle `prefix` in `files`. If
// the bundle has an object graph, the variables' names come from it. Names missing there come from
// "saved_model.pb" in `files`.
std::unique_ptr<Source> open_tensorflow(FileSet files, const std::string& prefix,
                                        std::string description);
// Opens a checkpoint of version 1, which is a single table with names and values.
std::unique_ptr<Source> open_checkpoint_v1(const FileSet& files, const std::string& name);
// Opens a .tflite file. The source has the weights of its convolutions, under their names in
// TensorFlow.
std::unique_ptr<Source> open_tflite(const FileSet& files, const std::string& name);
// Opens a TF.js manifest and the shards in its folder. The manifest is model.json, or
// weights_manifest.json before TF.js 1.0.
std::unique_ptr<Source> open_tfjs(const FileSet& files, const std::string& name);
// Returns true if a JSON text has the keys of a TF.js manifest.
bool is_tfjs_manifest(Bytes bytes);
// Opens a safetensors file. For a model file of NST, also checks the checksums.
std::unique_ptr<Source> open_safetensors(const FileSet& files, const std::string& name);
// Opens an index of safetensors shards (model.safetensors.index.json) and the shards in its folder.
std::unique_ptr<Source> open_safetensors_shards(const FileSet& files, const std::string& name);
// Returns true if a JSON text has the key of an index of safetensors shards.
bool is_safetensors_index(Bytes bytes);

// Joins several sources into one. Throws Error{model} if two of them have a tensor of the same
// name. The message calls the sources `location` and lists them as `names`.
std::unique_ptr<Source> join_sources(std::vector<std::unique_ptr<Source>> sources,
                                     const std::string& location, const std::string& names);

}  // namespace nst::weights
