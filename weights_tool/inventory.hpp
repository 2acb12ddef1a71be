// Which variables the networks need, asked of the networks themselves.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "graph/layer_source.hpp"
#include "model/model_file.hpp"
#include "weights_tool/variables.hpp"

namespace nst::weights {

// One convolution or dense layer of the networks, as a source holds it.
struct LayerRecord {
  std::string name;     // "transformer/contract/conv1"
  std::string weights;  // "weights", "depthwise_weights" or "pointwise_weights"
  FollowedBy followed_by = FollowedBy::biases;
  bool has_batch_norm = false;  // the source's batch norm is still to be folded
  bool has_gamma = false;
  bool has_bias = false;      // the source has biases beside or instead of the batch norm
  std::int64_t channels = 0;  // outputs
};

struct Inventory {
  Architecture architecture;  // padding is not to be seen in the variables: reflect
  std::vector<LayerRecord> layers;
  std::vector<std::string> leftovers;  // names nothing needs, in order
};

// Detects the families from the variables' names and lists their layers. Channel counts, style size
// and number of blocks come from the variables; they must fit together. Throws Error{model}: no
// transformer, two predictors, up to five missing variables with the nearest name there is, or
// shapes that do not fit.
Inventory take_inventory(const Variables& variables);

}  // namespace nst::weights
