// The tensor list every source keeps, and the constructors of the sources.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "weights_tool/file_set.hpp"
#include "weights_tool/source.hpp"

namespace nst::weights {

// A Source that looks its tensors up in a sorted list; implementations fill it once.
class ListedSource : public Source {
 public:
  std::string description() const override { return description_; }
  const std::vector<SourceTensor>& tensors() const override { return tensors_; }
  std::vector<std::string> files() const override { return files_; }

 protected:
  explicit ListedSource(std::string description) : description_(std::move(description)) {}
  // Sorts and checks for duplicates; throws Error{model}.
  void set_tensors(std::vector<SourceTensor> tensors);
  // Throws Error{model} naming the tensor if it is not listed.
  const SourceTensor& find(const std::string& name) const;
  // Adds the file that holds `name` to files().
  void made_of(const FileSet& set, const std::string& name) { files_.push_back(set.path(name)); }

 private:
  std::string description_;
  std::vector<SourceTensor> tensors_;
  std::vector<std::string> files_;
};

// A TensorFlow checkpoint or SavedModel: variables of the bundle `prefix` in `files`. Where the
// bundle has an object graph, names come from it (and from "saved_model.pb" in `files` where the
// graph has none).
std::unique_ptr<Source> open_tensorflow(FileSet files, const std::string& prefix,
                                        std::string description);
// A checkpoint of version 1: one table that holds names and values.
std::unique_ptr<Source> open_checkpoint_v1(const FileSet& files, const std::string& name);
// A .tflite file: the weights of its convolutions under the names they had in TensorFlow.
std::unique_ptr<Source> open_tflite(const FileSet& files, const std::string& name);
// A TF.js manifest (model.json, or weights_manifest.json of versions before 1.0) with its shards
// beside it.
std::unique_ptr<Source> open_tfjs(const FileSet& files, const std::string& name);
// Whether a JSON text is such a manifest, by its first look.
bool is_tfjs_manifest(Bytes bytes);
// A safetensors file; the checksums of our own are checked.
std::unique_ptr<Source> open_safetensors(const FileSet& files, const std::string& name);
// An index of safetensors shards (model.safetensors.index.json), which lie beside it.
std::unique_ptr<Source> open_safetensors_shards(const FileSet& files, const std::string& name);
bool is_safetensors_index(Bytes bytes);

// Several sources as one. Throws Error{model} if two share a tensor's name, with what they are
// called: `location` and, as a list, `names`.
std::unique_ptr<Source> join_sources(std::vector<std::unique_ptr<Source>> sources,
                                     const std::string& location, const std::string& names);

}  // namespace nst::weights
