// Tells the builder of a network which layers have weights, and the shapes of these weights. It
// does not tell the values. The weights of a model, the variables that nst-weights reads, and the
// published shapes each implement this interface.
#pragma once

#include <string>
#include <string_view>

#include "kernels/kernels.h"

namespace nst {

class PackedConv;

// Largest number of channels of a tensor. With more, the kernels' int arithmetic would overflow.
inline constexpr int kMaxChannels = 1 << 14;

// Says what follows a convolution, and so which tensors must exist besides its weights.
enum class FollowedBy {
  biases,  // the convolution's biases must exist
  // Biases must exist, with the batch norm folded into them. A source that is not an NST model file
  // may have the variables of the batch norm instead.
  batch_norm,
  instance_norm,  // no biases are needed: the instance norm would subtract them
};

// Describes the convolution whose weights a network builder looks up by LayerSource::conv.
struct ConvQuery {
  // Full name of the tensor with the weights. For a depthwise convolution, it ends in
  // "/depthwise_weights".
  std::string weights;
  int kernel_h = 1, kernel_w = 1;
  int in_c = 0;
  // Number of output channels in the published network. A model may have another number.
  int published_c = 0;
  int stride = 1;
  int upsample = 1;  // factor of nearest-neighbour upsampling before the convolution
  FollowedBy followed_by = FollowedBy::batch_norm;
};

struct ConvAnswer {
  kernels::ConvSpec spec;
  const PackedConv* layer = nullptr;  // weights of the convolution; null if only shapes are known
};

// Looks up the weights of layers for a network builder. Every function throws Error{model} if a
// tensor is missing or has another shape. A source may also collect the missing tensors and throw
// later.
class LayerSource {
 public:
  virtual ~LayerSource() = default;

  virtual ConvAnswer conv(const ConvQuery& query) const = 0;
  // Checks a dense layer with `outputs` outputs. Its tensors are "<layer>/weights" [1, 1, inputs,
  // outputs] and "<layer>/biases" [outputs]. If `inputs` is 0, any number of inputs is accepted.
  // Returns the number of inputs, or 0 if neither the caller nor the source knows it.
  virtual int dense(const std::string& layer, int inputs, int outputs) const = 0;
  // Returns true if there is a tensor whose name begins with `prefix`.
  virtual bool holds(std::string_view prefix) const = 0;
  // Reports that the weights do not fit together, for the reason `what`: throws Error{model}. A
  // source that reports missing tensors later may return instead, because a missing tensor may be
  // the reason.
  virtual void refuse(const std::string& what) const = 0;
};

}  // namespace nst
