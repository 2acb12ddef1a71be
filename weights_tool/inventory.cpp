#include "weights_tool/inventory.hpp"

#include "networks/family.hpp"
#include "weights_tool/layer_recorder.hpp"

namespace nst::weights {
namespace {

const TransformerFamily& detect_transformer(const Variables& variables) {
  for (const TransformerFamily* family : transformer_families()) {
    if (variables.any_contains(family->marker)) return *family;
  }
  throw Error(ErrorCode::model, variables.description() +
                                    ": no variable starts with 'transformer/'; a model needs its "
                                    "transformer (for TFLite give both files)");
}

// Returns the predictor's family, or null if the variables contain no predictor.
const PredictorFamily* detect_predictor(const Variables& variables) {
  const PredictorFamily* found = nullptr;
  for (const PredictorFamily* family : predictor_families()) {
    if (!variables.any_starts_with(family->scope)) continue;
    if (found != nullptr) {
      const auto scope = [](const PredictorFamily* f) {
        const std::string text = f->scope;
        return text.substr(0, text.size() - 1);
      };
      throw Error(ErrorCode::model, variables.description() + ": two style predictors (" +
                                        scope(found) + " and " + scope(family) +
                                        "); give the sources of one model");
    }
    found = family;
  }
  return found;
}

}  // namespace

Inventory take_inventory(const Variables& variables) {
  const PredictorFamily* predictor = detect_predictor(variables);
  const TransformerFamily& transformer = detect_transformer(variables);
  const LayerRecorder recorder(variables);
  StyleLayout layout;
  Graph paints(recorder);
  transformer.build(paints, PaddingKind::reflect, kAnySide, kAnySide, layout);
  if (predictor != nullptr) {
    Graph predicts(recorder);
    build_predictor(*predictor, predicts, kAnySide, kAnySide, layout.style_size);
  }
  recorder.check_complete();
  return {{predictor != nullptr ? predictor->name : "none", transformer.name},
          recorder.layers(),
          layout.slots.empty() ? "" : layout.slots.back().name + "/Conv/weights",
          recorder.leftovers()};
}

}  // namespace nst::weights
