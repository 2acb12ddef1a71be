// The questions that a network asks about its weights while it is built. The answers are shapes,
// never values. Three kinds of sources answer: a model's weights, the variables that nst-weights
// reads, and the published shapes.
#pragma once

#include <string>
#include <string_view>

#include "kernels/kernels.h"

namespace nst {

class PackedConv;

// Largest number of channels of a tensor. With more, the kernels' int arithmetic would overflow.
inline constexpr int kMaxChannels = 1 << 14;

// What follows a convolution. This decides which tensors must exist besides the convolution's
// weights.
enum class FollowedBy {
  biases,  // the convolution's biases must exist
  // Biases with folded batch norm must exist. A source that is not an NST model file may have the
  // batch norm's own variables instead.
  batch_norm,
  instance_norm,  // no biases are needed: the norm would subtract them
};

// What the builder of a network asks about one convolution (LayerSource::conv).
struct ConvQuery {
  std::string weights;  // tensor's full name; depthwise: ends in "/depthwise_weights"
  int kernel_h = 1, kernel_w = 1;
  int in_c = 0;
  int published_c = 0;  // output channels in the published network; a model may have others
  int stride = 1;
  int upsample = 1;  // factor of nearest-neighbour upsampling before the convolution
  FollowedBy followed_by = FollowedBy::batch_norm;
};

struct ConvAnswer {
  kernels::ConvSpec spec;
  const PackedConv* layer = nullptr;  // weights of the convolution; null if only shapes are known
};

// Answers the questions of a network builder about its layers. Every function throws Error{model}
// if a tensor is missing or has another shape. A source may also collect the missing tensors and
// throw later.
class LayerSource {
 public:
  virtual ~LayerSource() = default;

  virtual ConvAnswer conv(const ConvQuery& query) const = 0;
  // Checks a dense layer with `outputs` outputs. Its tensors are "<layer>/weights" [1, 1, inputs,
  // outputs] and "<layer>/biases" [outputs]. Returns the number of inputs. If `inputs` is 0, any
  // number is accepted; then returns 0 if the source does not know it.
  virtual int dense(const std::string& layer, int inputs, int outputs) const = 0;
  // Returns true if there is a tensor whose name begins with `prefix`.
  virtual bool holds(std::string_view prefix) const = 0;
  // Throws Error{model} because the weights do not fit together. Returns without throwing only if a
  // missing tensor may be the cause: the source reports missing tensors later.
  virtual void refuse(const std::string& what) const = 0;
};

}  // namespace nst
