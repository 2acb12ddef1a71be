// What is behind nst::Model, for the library's own files and tests.
#pragma once

#include <memory>

#include "kernels/kernels.h"
#include "model/layer_store.hpp"
#include "model/model_file.hpp"
#include "networks/family.hpp"
#include "nst/model.hpp"

namespace nst {

// Hidden: nested in an exported class, it would be exported too.
struct __attribute__((visibility("hidden"))) Model::Impl {
  // `owner` keeps `bytes` alive; `contents` is where
  // they were read from, if their memory is to be given back. Checks that
  // every network the file claims is complete and consistent. Throws Error{model}.
  Impl(std::shared_ptr<const void> owner, Bytes bytes, const std::string& name,
       const kernels::Table& table, const FileContents* contents = nullptr);

  std::shared_ptr<const void> owner;
  ModelFile file;
  LayerStore layers;
  const PredictorFamily* predictor;  // nullptr: the file has none
  const TransformerFamily* transformer;
  ModelInfo info;
  // The space the predictor writes into: not info.style_space in a file that joins two families.
  std::string encoded_space;
};

// Model::check_style.
void check_style(const Model::Impl& model, const StyleVector& style);

// Opens a model on a given kernel table instead of the process's choice.
Model open_model_with_table(const void* data, std::size_t size, const std::string& name,
                            const kernels::Table& table);

}  // namespace nst
