#include "weights_tool/fold.hpp"

#include <cmath>

#include "base/text.hpp"

namespace nst::weights {
namespace {

void check_finite(const NamedTensor& tensor) {
  for (const float value : tensor.values) {
    if (!std::isfinite(value)) {
      throw Error(ErrorCode::model, "tensor '" + one_line(tensor.name) +
                                        "' holds values that are not finite; the source is damaged "
                                        "or its training failed");
    }
  }
}

BatchNorm read_batch_norm(const Variables& variables, const LayerRecord& layer) {
  const std::string scope = layer.name + "/BatchNorm/";
  return {layer.has_gamma ? variables.read(scope + "gamma") : std::vector<float>(),
          variables.read(scope + "beta"), variables.read(scope + "moving_mean"),
          variables.read(scope + "moving_variance")};
}

}  // namespace

std::vector<float> fold_batch_norm(std::vector<float>& weights, const std::vector<float>& bias,
                                   const BatchNorm& norm, const std::string& layer) {
  const std::size_t channels = norm.beta.size();
  std::vector<double> scale(channels);
  std::vector<float> folded(channels);
  for (std::size_t c = 0; c < channels; ++c) {
    const double variance = static_cast<double>(norm.moving_variance[c]) + kBatchNormEpsilon;
    if (!(variance > 0.0)) {
      throw Error(ErrorCode::model, "layer '" + one_line(layer) + "': channel " +
                                        std::to_string(c) + " has the negative variance " +
                                        std::to_string(norm.moving_variance[c]));
    }
    scale[c] =
        (norm.gamma.empty() ? 1.0 : static_cast<double>(norm.gamma[c])) / std::sqrt(variance);
    const double before = bias.empty() ? 0.0 : static_cast<double>(bias[c]);
    folded[c] = static_cast<float>(static_cast<double>(norm.beta[c]) +
                                   (before - static_cast<double>(norm.moving_mean[c])) * scale[c]);
  }
  for (std::size_t i = 0; i < weights.size(); ++i) {
    weights[i] = static_cast<float>(static_cast<double>(weights[i]) * scale[i % channels]);
  }
  return folded;
}

std::vector<NamedTensor> read_layers(const Variables& variables, const Inventory& inventory) {
  std::vector<NamedTensor> tensors;
  for (const LayerRecord& layer : inventory.layers) {
    const std::string name = layer.name + "/" + layer.weights;
    NamedTensor weights{name, variables.find(name)->shape, variables.read(name)};
    NamedTensor biases{layer.name + "/biases", {layer.channels}, {}};
    if (layer.followed_by != FollowedBy::instance_norm) {
      if (layer.has_bias) biases.values = variables.read(biases.name);
      if (layer.has_batch_norm) {
        biases.values = fold_batch_norm(weights.values, biases.values,
                                        read_batch_norm(variables, layer), layer.name);
      }
      check_finite(biases);
      tensors.push_back(std::move(biases));
    }
    check_finite(weights);
    tensors.push_back(std::move(weights));
  }
  return tensors;
}

}  // namespace nst::weights
