// The questions that a network asks about its weights while it is built. The answers are shapes,
// never values. Three kinds of sources answer: a model's weights, the variables that nst-weights
// reads, and the published shapes.
#pragma once

#include <string>
#include <string_view>

#include "kernels/kernels.h"

namespace nst {

class PackedConv;

// Largest number of channels of a tensor. More would overflow the kernels' int arithmetic.
inline constexpr int kMaxChannels = 1 << 14;

// The step after a convolution. The step decides which tensors must exist besides the weights.
enum class FollowedBy {
  biases,         // the convolution's biases
  batch_norm,     // biases with batch norm folded in; in a foreign source, batch norm itself
  instance_norm,  // no tensor: the norm subtracts every constant
};

// The question for one convolution, as the network states it.
struct ConvQuery {
  std::string weights;  // full name of the tensor; a depthwise one ends in "/depthwise_weights"
  int kernel_h = 1, kernel_w = 1;
  int in_c = 0;
  int published_c = 0;  // output channels in the published network; other widths differ
  int stride = 1;
  int upsample = 1;  // nearest-neighbour upsampling before the convolution
  FollowedBy followed_by = FollowedBy::batch_norm;
};

struct ConvAnswer {
  kernels::ConvSpec spec;
  const PackedConv* layer = nullptr;  // the weights; null if only shapes are known
};

// Answers the questions of a network builder. Every function throws Error{model} if a tensor is
// missing or has another shape. A source that collects all missing tensors throws later.
class LayerSource {
 public:
  virtual ~LayerSource() = default;

  virtual ConvAnswer conv(const ConvQuery& query) const = 0;
  // Checks a dense layer with `outputs` outputs: "<layer>/weights" [1, 1, inputs, outputs] and
  // "<layer>/biases" [outputs]. Returns the number of inputs. If `inputs` is 0, any number is
  // accepted, and 0 is returned if the source does not know the number.
  virtual int dense(const std::string& layer, int inputs, int outputs) const = 0;
  // Returns true if the name of some tensor begins with `prefix`.
  virtual bool holds(std::string_view prefix) const = 0;
  // Throws Error{model} because the weights do not fit together. Returns only if a missing tensor
  // may be the reason, which the source reports later.
  virtual void refuse(const std::string& what) const = 0;
};

}  // namespace nst
