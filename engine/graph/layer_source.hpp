// What a network asks about its weights while it is built: shapes, no values. A model's weights,
// the variables that nst-weights reads and the published shapes all answer.
#pragma once

#include <string>
#include <string_view>

#include "kernels/kernels.h"

namespace nst {

class ConvLayer;

// Most channels of a tensor: more would overflow the kernels' int arithmetic.
inline constexpr int kMaxChannels = 1 << 14;

// What comes after a convolution, and so what must be there beside its weights.
enum class FollowedBy {
  biases,         // its biases
  batch_norm,     // the biases that batch norm was folded into; in a source, batch norm itself
  instance_norm,  // nothing: the norm takes any constant away
};

// A convolution as a network states it.
struct ConvQuery {
  std::string weights;  // the tensor's full name; "…/depthwise_weights" of a depthwise one
  int kernel_h = 1, kernel_w = 1;
  int in_c = 0;
  int published_c = 0;  // outputs in the published network; other widths have others
  int stride = 1;
  int upsample = 1;  // nearest neighbour, before the convolution
  FollowedBy followed_by = FollowedBy::batch_norm;
};

struct ConvAnswer {
  kernels::ConvSpec spec;
  const ConvLayer* layer = nullptr;  // the weights, where there are any
};

// Every function throws Error{model} if the tensors it is asked for are missing or have other
// shapes; a source that reports all missing ones together throws later.
class LayerSource {
 public:
  virtual ~LayerSource() = default;

  virtual ConvAnswer conv(const ConvQuery& query) const = 0;
  // Checks a dense layer of `outputs` outputs, weights [1, 1, inputs, outputs] and biases
  // [outputs], by its name without "/weights". Returns its inputs: `inputs`, or where that is 0
  // what the tensor has (0 if that is unknown).
  virtual int dense(const std::string& layer, int inputs, int outputs) const = 0;
  // Whether a tensor's name begins with `prefix`.
  virtual bool holds(std::string_view prefix) const = 0;
  // Throws Error{model}: these weights do not fit together. Returns only where that may follow from
  // a missing tensor, which is reported in the end.
  virtual void refuse(const std::string& what) const = 0;
};

}  // namespace nst
