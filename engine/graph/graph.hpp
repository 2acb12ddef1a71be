// A network as a list of named operations on tensors of known size. The files in networks/ build
// the list, and lowering makes a program of it.
#pragma once

#include <string>
#include <vector>

#include "kernels/kernels.h"
#include "weights/layer_source.hpp"

namespace nst {

// Height, width and channels of a tensor [h, w, c].
struct Shape {
  int h = 0, w = 0, c = 0;
  bool operator==(const Shape&) const = default;
};

// A tensor in a graph, identified by the node that makes it.
struct Value {
  int id = -1;
};

enum class Padding {
  valid,  // TensorFlow's VALID: no padding
  // TensorFlow's SAME: zeros around the input, so that the output has ⌈in / stride⌉ pixels per
  // side. If the zeros cannot be shared evenly, the lower and the right side get one more.
  same,
  reflect,  // ⌊kernel / 2⌋ pixels on every side, mirrored without repeating the edge
  zero      // ⌊kernel / 2⌋ zeros on every side
};

struct ConvOptions {
  int kernel_h = 1, kernel_w = 1;
  // Number of output channels in the published network. A narrower transformer has fewer. Ignored
  // if the convolution is depthwise.
  int published_c = 0;
  int stride = 1;
  Padding padding = Padding::same;
  int upsample = 1;  // factor by which the input is enlarged first (nearest neighbour)
  kernels::Activation act = kernels::Activation::none;
  FollowedBy followed_by = FollowedBy::batch_norm;
};

enum class NodeKind { input, conv, pool, instance_norm, add, concat, mean };

struct Node {
  NodeKind kind = NodeKind::input;
  std::string name;         // name of the result in TensorFlow's graph, for messages and tests
  std::vector<int> inputs;  // ids of the input nodes
  Shape shape;
  // The following members describe convolutions and pools.
  kernels::ConvSpec spec{};
  const PackedConv* layer = nullptr;  // weights of the convolution; null if only shapes are known
  kernels::ConvGeometry geometry{};
  kernels::Activation act = kernels::Activation::none;  // used by convolutions and instance norms
  // True if the result is stored as deviations from the result for a picture of one colour
  // (Graph::centred_input).
  bool is_centred = false;
  // True if these deviations are also multiplied by the factor that centring_of returns. So
  // pictures with small deviations lose no digits.
  bool is_scaled = false;
  kernels::PoolKind pool_kind = kernels::PoolKind::max;
  int pool_kernel = 0, pool_stride = 0;
  // Offsets of a norm's γ and β [c] in the style parameters.
  std::size_t gamma = 0, beta = 0;
};

class Graph {
 public:
  // Makes an empty graph. `layers` must outlive the graph.
  explicit Graph(const LayerSource& layers) : layers_(&layers) {}

  // Each of the following functions adds a node and returns its result. They throw Error{model} if
  // the weights do not fit the input, Error{input} if the picture is too small for the operation.
  Value input(Shape shape);
  // Adds an input picture for a network that computes with deviations. A deviation is a value minus
  // the constant that the network would compute there for a picture of one colour. CentreOp chooses
  // this colour. Advantages:
  //
  // - Large constants cause no rounding errors. An instance norm would subtract the constants
  //   anyway.
  // - For a picture of one colour, all deviations are exactly 0.
  // - From the input to the first norms, deviations are multiplied by a factor (centring_of). So
  //   pictures with small deviations lose no digits.
  //
  // From a picture of one colour, the network must make tensors that are constant in each channel.
  // The network may consist of these operations:
  //
  // - convolutions whose padding is not zeros, followed by relu or no activation
  // - sums
  // - instance norms
  //
  // The result of a norm inside the network is stored as deviations too. A norm returns plain
  // values if its activation is neither relu nor none, or if it is the graph's last node.
  Value centred_input(Shape shape);
  // Adds a convolution. `weights` is the full name of the weight tensor, which ends in
  // "/depthwise_weights" for a depthwise convolution. The bias tensor has the same scope.
  Value conv(Value x, const std::string& weights, const ConvOptions& options,
             const std::string& name);
  Value max_pool(Value x, int kernel, int stride, Padding padding, const std::string& name);
  Value average_pool(Value x, int kernel, int stride, Padding padding, const std::string& name);
  // Adds a conditional instance norm (Dumoulin et al. 2017): act((x − μ) · rsqrt(σ² + 1e-5) · γ +
  // β). `gamma` and `beta` are offsets in the style parameters. x must be the output of a
  // convolution without activation that only this norm reads.
  Value instance_norm(Value x, std::size_t gamma, std::size_t beta, kernels::Activation act,
                      const std::string& name);
  Value add(Value a, Value b, const std::string& name);
  Value concat(const std::vector<Value>& values, const std::string& name);
  // Adds a node that computes the mean of each channel over height and width. The result has the
  // shape [1, 1, c].
  Value mean(Value x, const std::string& name);
  // Returns the id of the graph's last node, which makes the graph's result.
  int output() const { return static_cast<int>(nodes_.size()) - 1; }

  const std::vector<Node>& nodes() const { return nodes_; }
  const Shape& shape(Value x) const { return node(x).shape; }
  const LayerSource& layers() const { return *layers_; }

 private:
  const Node& node(Value x) const;
  Value push(Node node);
  // Throws Error{internal} if x is stored as deviations, because `what` needs plain values.
  void check_not_centred(Value x, const std::string& what) const;
  Value pool(Value x, kernels::PoolKind kind, int kernel, int stride, Padding padding,
             const std::string& name);

  const LayerSource* layers_;
  std::vector<Node> nodes_;
};

}  // namespace nst
