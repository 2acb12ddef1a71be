// Encodes a picture as a style vector with a model's predictor.
#pragma once

#include <cstdint>
#include <optional>

#include "api/open_model.hpp"
#include "graph/execution.hpp"
#include "image/match_colour.hpp"

namespace nst {

// Encodes a picture as a style vector, as Model::encode_style does. Alpha is composed on
// `background`, or dropped if there is none. `kept` is the predictor's program from an earlier
// call. It is run again if it was made for a picture of this size, otherwise it is replaced. The
// resized picture gets the colours of `colours` before it is encoded, if there are any.
StyleVector encode(const OpenModel& model, std::optional<Execution>& kept, const ImageView& style,
                   const StyleOptions& options, const RunOptions& run,
                   std::optional<Colour> background = std::nullopt,
                   const ColourMoments* colours = nullptr);
// Returns the number of multiply-accumulates that encoding this style takes. Does not run the
// predictor.
std::uint64_t encode_work(const OpenModel& model, const ImageView& style,
                          const StyleOptions& options);

}  // namespace nst
