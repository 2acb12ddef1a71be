// From sources to a model file.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "weights_tool/inventory.hpp"

namespace nst::weights {

struct ConversionOptions {
  std::optional<PaddingKind> padding = {};  // empty: the source's own, or reflect
  bool force = false;                       // join a predictor and a transformer of two spaces
  std::string output = {};                  // must be none of the sources' files
};

struct Conversion {
  ModelDescription description;
  std::vector<NamedTensor> tensors;
  std::vector<std::string> leftovers;  // variables the model does not need
  std::vector<std::string> notes;      // lines for the user: where the weights come from
};

// Opens the sources, takes what the model needs of them and folds it. The description's self_test
// is empty. Throws Error{model}; Error{usage} if a source is made of the file `options.output`,
// under whatever name.
Conversion convert_sources(const std::vector<std::string>& paths,
                           const ConversionOptions& options = {});

// The space of style vectors of a model's `tensors`, which are made of `variables`; nullopt for
// unknown. Two files of two families are refused by Error{model}, or by `force` get the space "",
// which fits everything; so does one file that joins them, which an earlier conversion may have
// made.
std::optional<std::string> joint_space(const Variables& variables, const std::string& predictor,
                                       const std::vector<NamedTensor>& tensors, bool force);

// "12 variables not needed: global_step, a/Adam, a/Adam_1, ...", or "" for none.
std::string describe_leftovers(const std::vector<std::string>& leftovers);

}  // namespace nst::weights
