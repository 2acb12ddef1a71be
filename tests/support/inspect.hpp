// Gives tests every intermediate tensor of a run, to compare with other implementations.
#pragma once

#include <functional>
#include <string_view>

#include "nst/model.hpp"

namespace nst {

// A function that receives a named value of shape [h, w, c], without gaps between pixels. `data` is
// valid during the call. Names are those of TensorFlow's graph:
// - "InceptionV3/Mixed_5b/concat", "transformer/residual/residual1/add";
// - "style_params/…/StyleNorm/SpatialSqueeze" (β) and "…/SpatialSqueeze_1" (γ), of shape [1, 1, c].
using LayerObserver =
    std::function<void(std::string_view name, const float* data, int h, int w, int c)>;

// Run a network on one thread without fusing operations, and pass each named value to the observer.
// The observer must not throw.
void inspect_predictor(const Model& model, const ImageView& style, const LayerObserver& observer);
void inspect_transformer(const Model& model, const ImageView& content, const StyleVector& style,
                         const LayerObserver& observer);

}  // namespace nst
