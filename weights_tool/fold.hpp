// Folds batch normalisation into the convolution before it.
#pragma once

#include <vector>

#include "weights_tool/inventory.hpp"

namespace nst::weights {

// The ε of batch norm: the default of tf.contrib.slim's batch_norm, as the graph stores it in
// float32.
inline constexpr double kBatchNormEpsilon = static_cast<double>(0.001f);

// The parameters of one batch normalisation, [channels] each. gamma may be empty, which means all
// ones.
struct BatchNorm {
  std::vector<float> gamma, beta, moving_mean, moving_variance;
};

// Multiplies `weights`, whose last index is the output channel, by gamma / sqrt(variance + eps).
// Returns the new bias beta + (bias - mean) · gamma / sqrt(variance + eps). An empty `bias` means
// zeros. Computes in double and rounds once. Throws Error{model} naming `layer` if variance + eps
// is not positive.
std::vector<float> fold_batch_norm(std::vector<float>& weights, const std::vector<float>& bias,
                                   const BatchNorm& norm, const std::string& layer);

// Reads the variables of every layer in the inventory and returns the model's tensors. They are
// named layer + "/" + the name of the layer's weights, and layer + "/biases". Layers before an
// instance norm have no biases. Throws Error{model} if a variable cannot be read or has a value
// that is not finite.
std::vector<NamedTensor> read_layers(const Variables& variables, const Inventory& inventory);

}  // namespace nst::weights
