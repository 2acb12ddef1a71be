// Style vectors: what a painting is to a transformer, to save and to blend.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "nst/export.h"

namespace nst {

// The style of a painting as the predictor sees it (the "bottleneck" of Ghiasi et al. 2017): one
// point of a space in which straight lines are useful: blend two styles, or weaken one towards the
// content's own style. The space is that of the predictor and the transformers trained with it;
// points of another space mean nothing to them.
struct StyleVector {
  std::vector<float> values;  // as many as ModelInfo::style_size: 100 or 768 in published models
  // The name of the space, as ModelInfo::style_space; "" for unknown, which fits everything.
  std::string space;

  // The origin of an unknown space of `size` dimensions; most published models have 100.
  explicit StyleVector(std::size_t size = 100) : values(size) {}
  std::size_t size() const { return values.size(); }

  // (1 - weight) * a + weight * b. weight 0 gives a, 1 gives b; outside [0, 1] extrapolates. Throws
  // Error{usage} for vectors of two sizes, or of two known spaces.
  NST_API static StyleVector blend(const StyleVector& a, const StyleVector& b, float weight);
  // The mean of any number of styles, weighted: Σ wᵢ·vᵢ / Σ wᵢ. Throws Error{usage} for none, for
  // another number of weights, for weights that are not finite or whose sum is not positive, and as
  // above.
  NST_API static StyleVector blend(std::span<const StyleVector> styles,
                                   std::span<const double> weights);
  // .npy float32 [n], n from 1 to 4096, and the space in the header's padding, where NumPy sees a
  // comment; a file without one has the space "". Throws Error{input} (also for values that are not
  // finite or beyond ±1e4) / Error{output}, and save Error{usage} if `space` is no name of a space
  // (1 to 64 letters, digits, '.', '-', '_').
  NST_API static StyleVector load(const std::string& path);
  // The same from memory; `name` stands for the file in messages.
  NST_API static StyleVector decode(std::span<const std::uint8_t> bytes, const std::string& name);
  NST_API void save(const std::string& path) const;
  // The bytes of such a file.
  NST_API std::vector<std::uint8_t> encode() const;
};

}  // namespace nst
