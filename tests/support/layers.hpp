// Recorded statistics of layers (JSON), and their comparison with a run of the engine.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "nst/nst.hpp"
#include "support/compare.hpp"

namespace nst::test {

using LayerRecord = std::map<std::string, LayerStatistics>;

nlohmann::json load_json(const std::string& path);
// Reads the statistics from a JSON object: {"mean": …, "std": …, "min": …, "max": …, "first": […],
// "shape": […]}.
LayerStatistics statistics_from_json(const nlohmann::json& layer);

// Runs the predictor and the transformer layer by layer and returns the statistics of every named
// value. If `style` is null, the predictor is skipped.
LayerRecord run_layers(const Model& model, const ImageView* style, const ImageView& content,
                       const StyleVector& vector);

// Returns β and γ of every normalised layer, in the network's order.
std::vector<float> run_style_params(const Model& model, const StyleVector& vector);

// Checks that `got` has every layer of `want` and agrees within the bounds. Returns the largest
// differences. The bounds are 1e-4: relative for mean and std, absolute for the first values.
LayerDifference check_layers(const LayerRecord& got, const LayerRecord& want);

}  // namespace nst::test
