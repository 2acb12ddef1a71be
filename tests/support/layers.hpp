// Recorded layer statistics (JSON) and their comparison with a run of the engine.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "nst/nst.hpp"
#include "support/compare.hpp"

namespace nst::test {

using LayerRecord = std::map<std::string, LayerStatistics>;

nlohmann::json load_json(const std::string& path);
// {"mean": …, "std": …, "min": …, "max": …, "first": […], "shape": […]}
LayerStatistics statistics_from_json(const nlohmann::json& layer);

// Every named value of both networks, run layer by layer. A null style skips the predictor (a model
// without one).
LayerRecord run_layers(const Model& model, const ImageView* style, const ImageView& content,
                       const StyleVector& vector);

// β and γ of every normalised layer in the network's order, one after the other.
std::vector<float> run_style_params(const Model& model, const StyleVector& vector);

// Checks that `got` holds every layer of `want` within the bounds: mean and std to 1e-4 relative,
// first values to 1e-4. Returns the worst departures.
LayerDifference check_layers(const LayerRecord& got, const LayerRecord& want);

}  // namespace nst::test
