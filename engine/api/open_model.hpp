// The implementation of nst::Model, for the library's own files and for tests.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "kernels/kernels.h"
#include "model/model_file.hpp"
#include "networks/family.hpp"
#include "nst/model.hpp"
#include "weights/weight_store.hpp"

namespace nst {

// An open model: the parsed file, its weights by name, and the families of its networks.
struct OpenModel {
  // Parses a model file and checks that each of its networks is complete and consistent. `owner`
  // keeps `bytes` alive. `contents` is the file that `bytes` were read from, or null. With
  // `contents`, the memory of `bytes` is given back to the system after the checks. Throws
  // Error{model}.
  OpenModel(std::shared_ptr<const void> owner, Bytes bytes, const std::string& name,
            const kernels::Table& table, const FileContents* contents = nullptr);

  std::shared_ptr<const void> owner;
  ModelFile file;
  WeightStore layers;
  const PredictorFamily* predictor;  // family of the predictor; null: the file has no predictor
  const TransformerFamily* transformer;
  ModelInfo info;
  // The style space of the vectors that the predictor makes. It differs from info.style_space if
  // predictor and transformer in the file belong to different families.
  std::string encoded_space;
};

// Gives the library's own source files access to the OpenModel inside a Model.
struct ModelAccess {
  static Model make(std::shared_ptr<const OpenModel> opened) { return Model(std::move(opened)); }
  static const OpenModel& opened(const Model& model) { return *model.opened_; }
};

inline const OpenModel& opened(const Model& model) { return ModelAccess::opened(model); }

// Checks a style as Model::check_style does.
void check_style(const OpenModel& model, const StyleVector& style);

// Opens a model that uses the given kernel table instead of the process's table.
Model open_model_with_table(const void* data, std::size_t size, const std::string& name,
                            const kernels::Table& table);

}  // namespace nst
