// The style predictors: style picture [h, w, 3] in [0, 1] → bottleneck [1, 1, style_size].
#pragma once

#include "graph/graph.hpp"
#include "model/model_file.hpp"

namespace nst {

// Builds the predictor of `kind` for a picture of h × w; the graph's output is the bottleneck.
// Throws Error{model} if weights are missing or do not fit, Error{input} if the picture is too
// small (Inception-v3: 43 pixels a side).
void build_predictor(Graph& graph, PredictorKind kind, int h, int w, int style_size);

// The two trunks, each followed by its own 1×1 convolution to style_size.
void build_inception_v3(Graph& graph, int h, int w);
void build_mobilenet_v2(Graph& graph, int h, int w);

}  // namespace nst
