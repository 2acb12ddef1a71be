// Recognises style spaces: finds out which predictor's style vectors a transformer can use.
//
// A predictor and a transformer fit only if they were trained together. A vector of another space
// gives a green picture, whatever the style. The published files do not state their style space, so
// the published networks are recognised by their weights. Copies that were converted to float16
// or int8, or quantised with dynamic range, differ in bits. Yet the cosine between the weights of a
// copy and its original is 0.9999. Between independent networks it is at most 0.5.
//
// A network that is not recognised has the space "", which is accepted together with every other
// space. Such a network must not be refused, because its user may have trained it in a published
// space, as NST's built-in model was. If only the predictor or only the transformer of a model is
// recognised, its space counts for both. A model is refused only if both are recognised and their
// spaces differ.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace nst {

// The style spaces of the published models. The models are the TFLite files, the checkpoint, and
// the model of TF Hub.
inline constexpr const char* kMobileSpace = "magenta-mobile-100";
inline constexpr const char* kInceptionSpace = "magenta-inception-100";
inline constexpr const char* kHubSpace = "magenta-hub-768";

// Returns true if `text` is a valid name of a style space: 1 to 64 letters, digits, '.', '-', '_'.
bool is_style_space(std::string_view text);

// The style spaces of a model's predictor and transformer. A space is "" if the network is absent
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

// Returns the fingerprint of a sequence of weights. The weights are scaled to length 1 and then
// projected onto 16 pseudo-random vectors of ±1. To add a network to the list of published
// networks, compute its fingerprint by this function.
std::vector<double> style_fingerprint(const std::vector<float>& values);

}  // namespace nst
