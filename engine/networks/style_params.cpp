#include "networks/style_params.hpp"

#include <cmath>

namespace nst {

std::vector<float> style_params(const LayerStore& layers, const StyleLayout& layout,
                                const StyleVector& style) {
  std::vector<float> params(layout.size);
  const auto apply = [&](const std::string& layer, float* out) {
    const LayerStore::Dense& dense = layers.dense_layer(layer);
    layers.table().dense(style.values.data(), dense.in, dense.weights, dense.biases, dense.out,
                         out);
  };
  for (const StyleSlot& slot : layout.slots) {
    apply(slot.name + "/Conv", params.data() + slot.beta);
    apply(slot.name + "/Conv_1", params.data() + slot.gamma);
  }
  for (const float value : params) {
    if (std::isfinite(value)) continue;
    throw Error(ErrorCode::input,
                "the style gives parameters that are not finite; use a weaker style");
  }
  return params;
}

}  // namespace nst
