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

 protected:
  explicit ListedSource(std::string description) : description_(std::move(description)) {}
  // Sorts and checks for duplicates; throws Error{model}.
  void set_tensors(std::vector<SourceTensor> tensors);
  // Throws Error{model} naming the tensor if it is not listed.
  const SourceTensor& find(const std::string& name) const;

 private:
  std::string description_;
  std::vector<SourceTensor> tensors_;
};

// A TensorFlow checkpoint or SavedModel: variables of the bundle `prefix` in `files`. Where the
// bundle has an object graph, names come from it (and from "saved_model.pb" in `files` where the
// graph has none).
std::unique_ptr<Source> open_tensorflow(FileSet files, const std::string& prefix,
                                        std::string description);
// A .tflite file: the weights of its convolutions under the names they had in TensorFlow.
std::unique_ptr<Source> open_tflite(const std::string& path);
// A TF.js model.json with its shards beside it.
std::unique_ptr<Source> open_tfjs(const std::string& path);
// Any F32/F16 safetensors file; the checksums of our own are checked.
std::unique_ptr<Source> open_safetensors(const std::string& path);

}  // namespace nst::weights
