// Lists the variables that the networks need, by building the networks.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/model_file.hpp"
#include "weights/layer_source.hpp"
#include "weights_tool/variables.hpp"

namespace nst::weights {

// One convolution or dense layer, and the variables that the source has for it.
struct LayerRecord {
  std::string name;  // the layer's name, such as "transformer/contract/conv1"
  // The end of the weight variable's name: "weights", "depthwise_weights" or "pointwise_weights".
  std::string weights;
  FollowedBy followed_by = FollowedBy::biases;
  bool has_batch_norm = false;  // true: a batch norm of the source must be folded into the weights
  bool has_gamma = false;
  bool has_bias = false;      // true: the source has biases, with or without batch norm
  std::int64_t channels = 0;  // output channels of the layer
};

struct Inventory {
  // architecture.padding is always reflect, because the variables do not show which padding the
  // network was trained with.
  Architecture architecture;
  std::vector<LayerRecord> layers;
  // The name of one variable with which the transformer's style parameters are computed; "" if the
  // transformer takes no style. The source that contains this variable states the padding and the
  // style space of the transformer.
  std::string style_variable;
  std::vector<std::string> leftovers;  // names of variables that no layer needs, sorted
};

// Detects the families by the variables' names and lists their layers. Channel counts, style size
// and number of blocks are read from the variables and must fit together. Throws Error{model} if:
//
// - there is no transformer, or there are two predictors
// - variables are missing; the message names up to five of them, and the existing variable whose
//   name is most like the first
// - shapes do not fit together
Inventory take_inventory(const Variables& variables);

}  // namespace nst::weights
