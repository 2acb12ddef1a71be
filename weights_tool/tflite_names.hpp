// Which layer of the trained network an operator of a TFLite file is.
#pragma once

#include <string>

namespace nst::weights {

struct LayerName {
  std::string name;           // "transformer/contract/conv1"
  bool is_pointwise = false;  // the second half of a separable convolution
  bool is_known = false;      // of the family; else whatever the file calls it
};

// The layer of a convolution by the name of its output tensor, or by that of its weights where the
// output has none of a layer: the output of a whole graph may be called "Identity".
LayerName layer_of_operator(const std::string& output, const std::string& weights);

// The name of a predictor's last layer, "mobilenet_conv/Conv" or "Conv", told by the name of any
// other layer of its graph; "" if that is of no predictor.
std::string head_beside(const std::string& layer);

}  // namespace nst::weights
