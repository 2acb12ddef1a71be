// Style vectors: the numbers that the predictor computes from a painting. They can be saved and
// blended.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "nst/export.h"

namespace nst {

// The style of a painting as the predictor encodes it (the "bottleneck" of Ghiasi et al. 2017). A
// style is a point in a style space, and points between two styles are styles too. So two styles
// can be blended, and a style can be weakened by blending it with the content's own style. A style
// space belongs to one predictor and to the transformers trained with it. Other transformers paint
// wrong pictures with its styles.
struct StyleVector {
  std::vector<float> values;  // as many as ModelInfo::style_size: 100 or 768 in published models
  // The name of the style space, as in ModelInfo::style_space. "" means that the space is unknown;
  // then every model accepts the vector.
  std::string space;

  // Makes a style vector of `size` zeros in an unknown space. Most published models have 100
  // values.
  explicit StyleVector(std::size_t size = 100) : values(size) {}
  std::size_t size() const { return values.size(); }

  // Returns (1 - weight) * a + weight * b. A weight of 0 gives a, 1 gives b; a weight outside [0,
  // 1] extrapolates. Throws Error{usage} if sizes or known spaces differ.
  NST_API static StyleVector blend(const StyleVector& a, const StyleVector& b, float weight);
  // Returns the weighted mean of any number of styles, Σ wᵢ·vᵢ / Σ wᵢ. Weights must be finite and
  // their sum positive. Throws Error{usage} for other weights, no style, a different number of
  // weights, or styles of different sizes or known spaces.
  NST_API static StyleVector blend(std::span<const StyleVector> styles,
                                   std::span<const double> weights);
  // Returns a built-in style: one of named_styles(), in the space of the default model. Throws
  // Error{usage} for another name; the message suggests the most similar names.
  NST_API static StyleVector named(const std::string& name);
  // Reads a style vector from a .npy file and returns it. The file must contain:
  //
  // - a float32 array [n], n from 1 to 4096, with finite values within ±1e4
  // - optionally the name of the space, in the padding of the header, which NumPy ignores; without
  //   it, the space is ""
  //
  // Throws Error{input} for any other file.
  NST_API static StyleVector load(const std::string& path);
  // Reads a style vector from the bytes of a .npy file, as load() does. Messages call the file
  // `name`.
  NST_API static StyleVector decode(std::span<const std::uint8_t> bytes, const std::string& name);
  // Writes the style vector to a .npy file that load() can read. Throws Error{output}. Throws
  // Error{usage} if `space` is not a valid name: 1 to 64 letters, digits, '.', '-', '_'.
  NST_API void save(const std::string& path) const;
  // Returns the bytes of the .npy file that save() writes.
  NST_API std::vector<std::uint8_t> encode() const;
};

// A built-in style: the style vector that the default model's predictor makes of a sample painting.
struct NamedStyle {
  std::string name;         // name for StyleVector::named, such as "oil"
  std::string description;  // description, such as "thick brush strokes along a night sky"
};
// Returns the names and descriptions of all built-in styles.
NST_API std::vector<NamedStyle> named_styles();

}  // namespace nst
