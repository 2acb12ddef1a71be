// From sources to a model file.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "weights_tool/inventory.hpp"

namespace nst::weights {

struct Conversion {
  ModelDescription description;
  std::vector<NamedTensor> tensors;
  std::vector<std::string> leftovers;  // variables the model does not need
};

// Opens the sources, takes what the model needs of them and folds it. The description's self_test
// is empty. Throws Error{model}.
Conversion convert_sources(const std::vector<std::string>& paths, PaddingKind padding);

// "12 variables not needed: global_step, a/Adam, a/Adam_1, ...", or "" for none.
std::string describe_leftovers(const std::vector<std::string>& leftovers);

}  // namespace nst::weights
