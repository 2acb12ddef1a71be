// Conversion of sources to the contents of a model file.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "weights_tool/inventory.hpp"

namespace nst::weights {

struct ConversionOptions {
  std::optional<PaddingKind> padding = {};  // empty: as the source states, or reflect
  bool force = false;                       // true: the two networks may have different spaces
  std::string output = {};                  // output path, different from all sources' files
};

struct Conversion {
  ModelDescription description;
  std::vector<NamedTensor> tensors;
  std::vector<std::string> leftovers;  // names of variables that the model does not need
  std::vector<std::string> notes;      // lines for the user: where the weights come from
};

// Opens the sources, reads the tensors that the model needs and folds batch norm. The description's
// self_test is empty. Throws Error{model}, or Error{usage} if options.output is one of the sources'
// files.
Conversion convert_sources(const std::vector<std::string>& paths,
                           const ConversionOptions& options = {});

// Returns the style space of a model's `tensors`, which were made from `variables`; nullopt if
// unknown. If predictor and transformer have two known spaces, throws Error{model}. With `force`
// returns "" instead, which fits every style. One file may join two spaces too, made by an earlier
// conversion.
std::optional<std::string> joint_space(const Variables& variables, const Inventory& inventory,
                                       const std::vector<NamedTensor>& tensors, bool force);

// Returns "12 variables not needed: global_step, a/Adam, a/Adam_1, ...", or "" if there are none.
std::string describe_leftovers(const std::vector<std::string>& leftovers);

}  // namespace nst::weights
