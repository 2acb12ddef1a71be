// Finds the layer of the trained network that an operator of a TFLite file belongs to.
#pragma once

#include <string>

namespace nst::weights {

// The layer that an operator belongs to, and what its name tells about it.
struct LayerName {
  std::string name;           // name such as "transformer/contract/conv1"
  bool is_pointwise = false;  // true: the second half of a separable convolution
  bool is_known = false;      // true: a layer of the family; false: `name` is the file's own
};

// Returns the layer of a convolution by the name of its output tensor. If that names no layer, by
// the name of its weights: the output of a whole graph may be called "Identity".
LayerName layer_of_operator(const std::string& output, const std::string& weights);

// Returns the name of a predictor's last layer, "mobilenet_conv/Conv" or "Conv". `layer` is any
// other layer of the same graph; returns "" if it belongs to no predictor.
std::string head_beside(const std::string& layer);

}  // namespace nst::weights
