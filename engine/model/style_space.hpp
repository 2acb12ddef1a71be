// Recognition of style spaces: which predictor makes vectors that a transformer understands.
//
// A predictor and a transformer fit only if they were trained together. A vector of another space
// gives a green picture, whatever the style. The published files do not state their space, so the
// published lineages are recognised by their weights. Copies in float16, int8 and dynamic range
// differ in bits, but their directions agree to a cosine of 0.9999; strangers reach 0.5 at most.
//
// An unrecognised network has the space "", which fits every other. The user may have trained or
// tuned it in a published space, as the built-in model was, and what fits must not be refused. If
// only one half is known, its space counts for both. Only two known, different spaces are refused.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace nst {

inline constexpr const char* kMobileSpace = "magenta-mobile-100";        // space of the TFLite pair
inline constexpr const char* kInceptionSpace = "magenta-inception-100";  // space of the checkpoint
inline constexpr const char* kHubSpace = "magenta-hub-768";  // space of TF Hub's 768 means

// Returns true if `text` is a valid name of a space: 1 to 64 letters, digits, '.', '-', '_'.
bool is_style_space(std::string_view text);

// The spaces of a model's two halves; "" for a half that is absent or not recognised.
struct StyleSpaces {
  std::string predictor;
  std::string transformer;

  bool agree() const {
    return predictor.empty() || transformer.empty() || predictor == transformer;
  }
  // Returns the space that both share. If they disagree, returns the transformer's.
  const std::string& joint() const { return transformer.empty() ? predictor : transformer; }
};

// Returns the first `most` values of the tensor with this name in a model file; fewer if the tensor
// has fewer, none if it is absent.
using TensorSample = std::function<std::vector<float>(const std::string& name, std::size_t most)>;

// Recognises the spaces of a model's two halves by about 9,000 of its values.
StyleSpaces recognise_style_spaces(const TensorSample& sample);

// Returns the fingerprint of a direction: 16 projections onto pseudo-random vectors of ±1. `values`
// are the tensors' values in sequence; they are scaled to length 1. Also used to measure new
// lineages.
std::vector<double> style_fingerprint(const std::vector<float>& values);

}  // namespace nst
