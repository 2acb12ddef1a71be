// Converts sources of weights to the contents of a model file.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "weights_tool/inventory.hpp"

namespace nst::weights {

struct ConversionOptions {
  // Padding of the transformer's convolutions. Empty: the padding that the source states, or
  // reflect if it states none.
  std::optional<PaddingKind> padding = {};
  // true: predictor and transformer may belong to different style spaces.
  bool force = false;
  std::string output = {};  // path of the model file; must not be a file of a source
};

struct Conversion {
  ModelDescription description;
  std::vector<NamedTensor> tensors;
  // Names of the sources' variables that the model does not need.
  std::vector<std::string> leftovers;
  // Lines to print, which tell the user where the weights come from.
  std::vector<std::string> notes;
};

// Opens the sources, reads the tensors that the model needs and folds batch norm. The description's
// self_test stays empty. Throws Error{model}. Throws Error{usage} if options.output is one of the
// sources' files.
Conversion convert_sources(const std::vector<std::string>& paths,
                           const ConversionOptions& options = {});

// Returns the style space of a model; nullopt if it is unknown. `tensors` are the model's tensors,
// made from `variables`. If predictor and transformer have two different known spaces, throws
// Error{model}. With `force`, returns "" instead, which fits every style vector. The error can
// occur for a single file too, if an earlier conversion joined two networks by force.
std::optional<std::string> joint_space(const Variables& variables, const Inventory& inventory,
                                       const std::vector<NamedTensor>& tensors, bool force);

// Returns a line such as "12 variables not needed: global_step, a/Adam, a/Adam_1, ...". Returns ""
// if all variables are needed.
std::string describe_leftovers(const std::vector<std::string>& leftovers);

}  // namespace nst::weights
