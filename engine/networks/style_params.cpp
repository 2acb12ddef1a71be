#include "networks/style_params.hpp"

#include <cmath>

namespace nst {

std::vector<float> style_params(const WeightStore& layers, const StyleLayout& layout,
                                const StyleVector& style) {
  std::vector<float> params(layout.size);
  for (const StyleSlot& slot : layout.slots) {
    layers.run_dense(slot.name + "/Conv", style.values.data(), params.data() + slot.beta);
    layers.run_dense(slot.name + "/Conv_1", style.values.data(), params.data() + slot.gamma);
  }
  for (const float value : params) {
    if (std::isfinite(value)) continue;
    throw Error(ErrorCode::input,
                "the style gives parameters that are not finite; use a weaker style");
  }
  return params;
}

}  // namespace nst
