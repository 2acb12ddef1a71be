// The transformer: content picture [h, w, 3] in [0, 1] + style parameters → stylized picture.
#pragma once

#include "graph/graph.hpp"
#include "model/model_file.hpp"
#include "networks/style_params.hpp"

namespace nst {

// Builds the transformer for a picture of h × w (≥ 5×5) and fills `layout` with its normalised
// layers. The graph's output is [4⌈⌈h/2⌉/2⌉, 4⌈⌈w/2⌉/2⌉, 3] in (0, 1), aligned with the content at
// the top left. Throws Error{model} if weights are missing or do not fit, Error{input} if the
// picture is too small.
void build_transformer(Graph& graph, const Architecture& architecture, int h, int w,
                       StyleLayout& layout);

}  // namespace nst
