// Canonical variable names: converts other programs' names of the networks' variables to
// TensorFlow's names.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace nst::weights {

// Returns true if a name belongs to a layer of the networks, whatever scope precedes it.
bool is_layer_of_family(const std::string& name);

// Returns a map from canonical name to the source's name, for all `names` of one source. A
// canonical name lacks:
//
// - ":0" and the operations that read a variable ("/read", "/ReadVariableOp")
// - the scope before "transformer/", "style_params/", "InceptionV3/", "MobilenetV2/" or
//   "mobilenet_conv/". Averages and optimizers keep copies of variables in other scopes. So only
//   the most frequent scope is removed, and the copies keep different names.
//
// In TF.js models batch norm is folded: "LAYER/Conv2D_weights" and "LAYER/Conv2D_bn_offset" become
// weights and biases. If the source already has a canonical name, it is never replaced.
std::map<std::string, std::string> canonical_names(const std::vector<std::string>& names);

}  // namespace nst::weights
