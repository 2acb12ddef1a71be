#include "networks/predictor.hpp"

#include "nst/error.hpp"

namespace nst {

void build_predictor(Graph& graph, PredictorKind kind, int h, int w, int style_size) {
  switch (kind) {
    case PredictorKind::inception_v3:
      build_inception_v3(graph, h, w);
      break;
    case PredictorKind::mobilenet_v2:
      build_mobilenet_v2(graph, h, w);
      break;
    case PredictorKind::none:
      throw Error(ErrorCode::model,
                  "this model holds no style predictor; give a style vector that the predictor of "
                  "its family made, or convert the predictor's weights too");
  }
  const Node& output = graph.nodes().back();
  if (output.shape != Shape{1, 1, style_size}) {
    graph.layers().refuse("layer " + output.name + " makes " + std::to_string(output.shape.c) +
                          " values where " + std::to_string(style_size) + " are needed");
  }
}

}  // namespace nst
