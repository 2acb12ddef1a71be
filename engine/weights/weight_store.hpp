// The weights of an open model. A network builder looks them up by name, and their shapes are
// checked.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "kernels/kernels.h"
#include "model/model_file.hpp"
#include "platform/file.hpp"
#include "weights/layer_source.hpp"
#include "weights/packed_conv.hpp"

namespace nst {

// The weights of a model, by name. Thread-safe. Borrows the parsed model file and its contents,
// which must outlive this object. If `contents` is set, the memory of the file was given back, and
// tensors are read from the file again.
class WeightStore final : public LayerSource {
 public:
  // `name` is the model's name in messages. If tensors do not stay in memory, `contents` is the
  // file to read them from again. Otherwise it is null.
  WeightStore(const ModelFile& file, const FileContents* contents, const kernels::Table& table,
              std::string name);

  const kernels::Table& table() const { return *table_; }

  // Finds the weights of a convolution: [kh, kw, in_c, out_c], or [kh, kw, c, 1] if the name ends
  // in "depthwise_weights". Biases in the same scope are used if they exist.
  ConvAnswer conv(const ConvQuery& query) const override;
  int dense(const std::string& layer, int inputs, int outputs) const override;
  bool holds(std::string_view prefix) const override;
  // Throws Error{model} with the message "<name>: <what>; <what to do>".
  void refuse(const std::string& what) const override;

  // Computes a dense layer: x [in] → out [out]. dense() must have checked the layer. `layer` is the
  // name of its weights without "/weights".
  void run_dense(const std::string& layer, const float* x, float* out) const;

 private:
  const TensorEntry& find(const std::string& name) const;
  // Throw Error{model} with the message "<name>: <what>; <what to do>". If a tensor is given, its
  // name comes before the text `what`: "tensor <tensor> <what>".
  [[noreturn]] void fail(const std::string& what) const;
  [[noreturn]] void fail(const std::string& tensor, const std::string& what) const;
  kernels::ConvSpec spec_of(const ConvQuery& query, const TensorEntry& weights) const;
  const TensorEntry* biases_of(const ConvQuery& query, int channels) const;

  const ModelFile* file_;
  const FileContents* contents_;
  const kernels::Table* table_;
  std::string name_;
  mutable std::mutex mutex_;
  mutable std::map<std::string, std::unique_ptr<PackedConv>> convs_;
};

}  // namespace nst
