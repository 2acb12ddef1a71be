// Recognises style spaces: tells which predictor makes vectors that a transformer understands.
//
// A predictor and a transformer fit only if they were trained together. A vector of another space
// gives a green picture, whatever the style. The published files do not state their style space, so
// the published networks are recognised by their weights. Converted copies (float16, int8, dynamic
// range) differ in bits. Yet the cosine between their weights is 0.9999; between independent
// networks it is 0.5 at most.
//
// A network that is not recognised has the space "", which fits every other. The user may have
// trained it in a published space, as the built-in model was, and must not be refused. If only one
// half of a model is recognised, its space counts for both halves. A model is refused only if its
// halves have two known, different spaces.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace nst {

// The style spaces of the published models: the TFLite models, the checkpoint, and TF Hub's model.
inline constexpr const char* kMobileSpace = "magenta-mobile-100";
inline constexpr const char* kInceptionSpace = "magenta-inception-100";
inline constexpr const char* kHubSpace = "magenta-hub-768";

// Returns true if `text` is a valid name of a style space: 1 to 64 letters, digits, '.', '-', '_'.
bool is_style_space(std::string_view text);

// The style spaces of a model's predictor and transformer. "" stands for a network that is absent
// or not recognised.
struct StyleSpaces {
  std::string predictor;
  std::string transformer;

  bool agree() const {
    return predictor.empty() || transformer.empty() || predictor == transformer;
  }
  // Returns the style space of the whole model: the transformer's if it is known, else the
  // predictor's.
  const std::string& joint() const { return transformer.empty() ? predictor : transformer; }
};

// A function that returns the first `most` values of the tensor with this name in a model file. It
// returns fewer values if the tensor has fewer, and none if there is no such tensor.
using TensorSample = std::function<std::vector<float>(const std::string& name, std::size_t most)>;

// Recognises the style spaces of a model's predictor and transformer. Reads about 9,000 of the
// model's values.
StyleSpaces recognise_style_spaces(const TensorSample& sample);

// Returns the fingerprint of a sequence of weights: scales it to length 1, then projects it onto 16
// pseudo-random vectors of ±1. Also serves to add networks to the list of published ones.
std::vector<double> style_fingerprint(const std::vector<float>& values);

}  // namespace nst
