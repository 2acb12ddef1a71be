// The names under which other programs save the family's variables, brought back to TensorFlow's
// own.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace nst::weights {

// Whether a name is of a layer of the family, whatever scope stands before it.
bool is_layer_of_family(const std::string& name);

// Canonical name -> the name in the source, for all `names` of one source. Taken away are ":0",
// reading operations ("/read", "/ReadVariableOp"), and the scope before "transformer/",
// "style_params/", "InceptionV3/", "MobilenetV2/" and "mobilenet_conv/" (the one most names have,
// where there are several: averages and optimizers keep copies). "LAYER/Conv2D_weights" and
// "LAYER/Conv2D_bn_offset" of TF.js, which has folded the batch norm, become weights and biases.
// A name that is there already is never replaced.
std::map<std::string, std::string> canonical_names(const std::vector<std::string>& names);

}  // namespace nst::weights
