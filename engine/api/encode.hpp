// Encodes a picture as a style vector with a model's predictor.
#pragma once

#include <cstdint>
#include <optional>

#include "api/open_model.hpp"
#include "graph/execution.hpp"
#include "image/match_colour.hpp"

namespace nst {

// Encodes a picture as a style vector, as Model::encode_style does. An alpha channel is composed on
// `background`, or dropped if `background` is empty. If `colours` is not null, the resized picture
// is first recoloured to the mean and the covariance in `colours`.
//
// `kept` holds the predictor of an earlier call. It is reused if the picture has the same size, and
// replaced otherwise.
StyleVector encode(const OpenModel& model, std::optional<Execution>& kept, const ImageView& style,
                   const StyleOptions& options, const RunOptions& run,
                   std::optional<Colour> background = std::nullopt,
                   const ColourMoments* colours = nullptr);
// Returns the number of multiply-accumulates that encoding this style takes. Does not run the
// predictor.
std::uint64_t encode_work(const OpenModel& model, const ImageView& style,
                          const StyleOptions& options);

}  // namespace nst
