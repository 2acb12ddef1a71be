// Every intermediate tensor of a run, for tests against other implementations.
#pragma once

#include <functional>
#include <string_view>

#include "nst/model.hpp"

namespace nst {

// A value [h, w, c], dense, under the name of TensorFlow's graph ("InceptionV3/Mixed_5b/concat",
// "transformer/residual/residual1/add"); style parameters come as [1, 1, c]
// ("style_params/…/StyleNorm/SpatialSqueeze" is β, "…/SpatialSqueeze_1" γ). `data` is valid during
// the call.
using LayerObserver =
    std::function<void(std::string_view name, const float* data, int h, int w, int c)>;

// Run the network on one thread without fusion and show each named value. The observer must not
// throw.
void inspect_predictor(const Model& model, const ImageView& style, const LayerObserver& observer);
void inspect_transformer(const Model& model, const ImageView& content, const StyleVector& style,
                         const LayerObserver& observer);

}  // namespace nst
