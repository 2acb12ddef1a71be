// Encodes a picture as a style vector with a model's predictor.
#pragma once

#include <cstdint>
#include <optional>

#include "api/open_model.hpp"
#include "graph/execution.hpp"

namespace nst {

// Returns the style of a picture, as Model::encode_style. Alpha is composed on `background` or
// dropped. Runs the program in `kept` if it was made for a picture of this size. Otherwise replaces
// it.
StyleVector encode(const OpenModel& model, std::optional<Execution>& kept, const ImageView& style,
                   const StyleOptions& options, const RunOptions& run,
                   std::optional<Colour> background = std::nullopt);
// Returns the multiply-accumulates of encoding a style, without running the predictor.
std::uint64_t encode_work(const OpenModel& model, const ImageView& style,
                          const StyleOptions& options);

}  // namespace nst
