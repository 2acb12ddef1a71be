// Batch normalisation folded into the convolution before it.
#pragma once

#include <vector>

#include "weights_tool/inventory.hpp"

namespace nst::weights {

// tf.contrib.slim's batch_norm default, as the float32 attribute the graph holds.
inline constexpr double kBatchNormEpsilon = static_cast<double>(0.001f);

// The parameters of one batch normalisation, [channels] each; gamma may be empty (all ones).
struct BatchNorm {
  std::vector<float> gamma, beta, moving_mean, moving_variance;
};

// Scales `weights`, whose output channel is its fastest index, by gamma / sqrt(variance + eps), and
// returns the bias beta + (bias - mean) · scale; `bias` may be empty (zeros). Computed in double,
// rounded once. Throws Error{model} with `layer` if a variance is not above -eps.
std::vector<float> fold_batch_norm(std::vector<float>& weights, const std::vector<float>& bias,
                                   const BatchNorm& norm, const std::string& layer);

// Reads every layer of the inventory and returns the model's tensors: "<layer>/<weights>" and,
// unless instance normalisation follows, "<layer>/biases". Throws Error{model}, also for values
// that are not finite.
std::vector<NamedTensor> read_layers(const Variables& variables, const Inventory& inventory);

}  // namespace nst::weights
