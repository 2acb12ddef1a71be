// Which space of style vectors a predictor writes into and a transformer reads from.
//
// A predictor and a transformer fit only if they were trained to one bottleneck: a vector of
// another space gives a green picture whatever the style. No file of the published models says its
// space, so the published lineages are recognised by their numbers, approximately: float16, int8
// and dynamic-range copies of one network differ in bits, while their directions agree to a cosine
// of 0.9999 and strangers' to 0.5 at most.
//
// What is not recognised has the space "", which fits everything: a network trained or tuned by
// the user may well share a published space (the built-in model does), and what fits must not be
// refused. A known half lends its space to an unknown one beside it. Only two known, different
// spaces are refused.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace nst {

inline constexpr const char* kMobileSpace = "magenta-mobile-100";        // the TFLite pair's
inline constexpr const char* kInceptionSpace = "magenta-inception-100";  // the checkpoint's
inline constexpr const char* kHubSpace = "magenta-hub-768";  // TF Hub's 256/2: style means

// Whether `text` can be the name of a space: 1 to 64 letters, digits, dots, dashes, underscores.
bool is_style_space(std::string_view text);

// The spaces of the two halves of a model; "" for a half that is absent or not recognised.
struct StyleSpaces {
  std::string predictor;
  std::string transformer;

  bool agree() const {
    return predictor.empty() || transformer.empty() || predictor == transformer;
  }
  // The one both share; of halves that do not agree the transformer's.
  const std::string& joint() const { return transformer.empty() ? predictor : transformer; }
};

// The first `most` values of a tensor by its name in a model file, fewer if it has fewer, none if
// it is not there.
using TensorSample = std::function<std::vector<float>(const std::string& name, std::size_t most)>;

// Looks at some 9,000 values.
StyleSpaces recognise_style_spaces(const TensorSample& sample);

// The projections that recognise a direction: of the tensors' values, one after the other, scaled
// to length 1, onto 16 pseudo-random vectors of ±1. For measuring new lineages.
std::vector<double> style_fingerprint(const std::vector<float>& values);

}  // namespace nst
