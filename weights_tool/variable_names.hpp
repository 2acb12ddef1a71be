// Canonical variable names: other programs' names of the family's variables, converted to
// TensorFlow's own.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace nst::weights {

// Returns true if a name is a layer of the family, whatever scope precedes it.
bool is_layer_of_family(const std::string& name);

// Returns a map from canonical name to the source's name, for all `names` of one source. Removed
// are:
//
// - ":0" and reading operations ("/read", "/ReadVariableOp")
// - the scope before "transformer/", "style_params/", "InceptionV3/", "MobilenetV2/" or
//   "mobilenet_conv/". If there are several scopes (averages and optimizers keep copies), the most
//   frequent one.
//
// TF.js has folded batch norm: "LAYER/Conv2D_weights" and "LAYER/Conv2D_bn_offset" become weights
// and biases. A canonical name that the source already has is never replaced.
std::map<std::string, std::string> canonical_names(const std::vector<std::string>& names);

}  // namespace nst::weights
