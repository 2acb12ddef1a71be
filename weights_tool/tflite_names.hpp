// Finds out to which layer of the trained network an operator of a TFLite file belongs. The
// operators are convolutions and other nodes of the file's graph; their tensors have names such as
// "transformer/contract/conv1/Conv2D".
#pragma once

#include <string>

namespace nst::weights {

// A layer of the trained network, found by the name of an operator's tensor.
struct LayerName {
  std::string name;           // the layer's name, such as "transformer/contract/conv1"
  bool is_pointwise = false;  // true: the pointwise half of a separable convolution
  bool is_known = false;      // true: a network that NST knows has a layer of this name
};

// Returns the layer of a convolution, found by the name of its output tensor. If that name is no
// layer's name, the name of the weights is used. For example, the output of a whole graph may be
// called "Identity".
LayerName layer_of_operator(const std::string& output, const std::string& weights);

// If `layer` belongs to a predictor, returns the name of that predictor's last layer, which ends in
// "mobilenet_conv/Conv" or "Conv". Otherwise returns "".
std::string head_beside(const std::string& layer);

}  // namespace nst::weights
