#include "networks/family.hpp"

#include "networks/families.hpp"

namespace nst {

#define NST_DECLARE_PREDICTOR(family) extern const PredictorFamily family;
#define NST_DECLARE_TRANSFORMER(family) extern const TransformerFamily family;
NST_PREDICTORS(NST_DECLARE_PREDICTOR)
NST_TRANSFORMERS(NST_DECLARE_TRANSFORMER)

namespace {

#define NST_ADDRESS(family) &family,
constexpr const PredictorFamily* kPredictors[] = {NST_PREDICTORS(NST_ADDRESS)};
constexpr const TransformerFamily* kTransformers[] = {NST_TRANSFORMERS(NST_ADDRESS)};

template <typename Family>
const Family* find(std::span<const Family* const> families, std::string_view name) {
  for (const Family* family : families) {
    if (name == family->name) return family;
  }
  return nullptr;
}

template <typename Family>
std::string names(std::span<const Family* const> families) {
  std::string text;
  for (const Family* family : families)
    text += (text.empty() ? "" : ", ") + std::string(family->name);
  return text;
}

}  // namespace

void build_predictor(const PredictorFamily& family, Graph& graph, int h, int w, int style_size) {
  family.build(graph, h, w, style_size);
  const Node& output = graph.nodes().back();
  if (output.shape == Shape{1, 1, style_size}) return;
  graph.layers().refuse("layer " + output.name + " makes " + std::to_string(output.shape.c) +
                        " values where " + std::to_string(style_size) + " are needed");
}

std::span<const PredictorFamily* const> predictor_families() { return kPredictors; }
std::span<const TransformerFamily* const> transformer_families() { return kTransformers; }

const PredictorFamily* find_predictor(std::string_view name) {
  return find(predictor_families(), name);
}
const TransformerFamily* find_transformer(std::string_view name) {
  return find(transformer_families(), name);
}

std::string predictor_names() { return names(predictor_families()); }
std::string transformer_names() { return names(transformer_families()); }

}  // namespace nst
