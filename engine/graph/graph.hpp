// A network as a list of named operations on tensors of known size. The network files write it, the
// lowering reads it.
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

// A tensor in a graph: the result of node `id`.
struct Value {
  int id = -1;
};

enum class Padding {
  valid,  // TensorFlow's VALID: no padding
  same,   // TensorFlow's SAME: zeros, output ⌈in / stride⌉, an odd pixel at the bottom or right
  reflect,  // ⌊k / 2⌋ pixels on every side, mirrored without repeating the edge
  zero      // ⌊k / 2⌋ zeros on every side
};

struct ConvOptions {
  int kernel_h = 1, kernel_w = 1;
  int published_c = 0;  // output channels in the published network; unused if depthwise
  int stride = 1;
  Padding padding = Padding::same;
  int upsample = 1;  // nearest-neighbour upsampling of the input by this factor
  kernels::Activation act = kernels::Activation::none;
  FollowedBy followed_by = FollowedBy::batch_norm;
};

enum class NodeKind { input, conv, pool, instance_norm, add, concat, mean };

struct Node {
  NodeKind kind = NodeKind::input;
  std::string name;         // name of the result, as in TensorFlow's graph; for messages and tests
  std::vector<int> inputs;  // ids of the input nodes
  Shape shape;
  // Set for convolutions and pools:
  kernels::ConvSpec spec{};
  const PackedConv* layer = nullptr;  // the weights; null if only shapes are known
  kernels::ConvGeometry geometry{};
  kernels::Activation act = kernels::Activation::none;  // used by convolutions and instance norms
  // The result is stored as deviations from the result of a flat picture (Graph::centred_input).
  bool is_centred = false;
  bool is_scaled = false;  // true: deviations are multiplied by the input's factor, up to a norm
  kernels::PoolKind pool_kind = kernels::PoolKind::max;
  int pool_kernel = 0, pool_stride = 0;
  // instance_norm: offsets of γ and β [c] in the style parameters.
  std::size_t gamma = 0, beta = 0;
};

class Graph {
 public:
  // Makes an empty graph. `layers` must outlive it.
  explicit Graph(const LayerSource& layers) : layers_(&layers) {}

  // Each function adds a node and returns its result. Throws Error{model} if the weights do not fit
  // the input, Error{input} if the picture is too small for the operation.
  Value input(Shape shape);
  // Adds an input picture that the network computes with as deviations. Each value then lacks the
  // constant that a picture of one colour would give in its place; CentreOp chooses the colour. So
  // nothing is rounded to the magnitude of a constant that an instance norm subtracts anyway. For a
  // flat picture all deviations are exactly 0. Before the first norms the deviations are multiplied
  // by a factor, so that faint pictures keep their digits.
  //
  // Requires a network that maps flat pictures to flat pictures:
  //
  // - convolutions without a border of zeros, followed by no activation or relu
  // - sums
  // - instance norms; with another activation, or as the graph's result, they give plain values
  Value centred_input(Shape shape);
  // Adds a convolution. `weights` is the full name of the weight tensor; a depthwise convolution's
  // ends in "/depthwise_weights". Biases are in the same scope.
  Value conv(Value x, const std::string& weights, const ConvOptions& options,
             const std::string& name);
  Value max_pool(Value x, int kernel, int stride, Padding padding, const std::string& name);
  Value average_pool(Value x, int kernel, int stride, Padding padding, const std::string& name);
  // Adds a conditional instance norm (Dumoulin et al. 2017): act((x − μ) · rsqrt(σ² + 1e-5) · γ +
  // β). `gamma` and `beta` are offsets in the style parameters. x must be the output of a
  // convolution without activation, and have no other reader.
  Value instance_norm(Value x, std::size_t gamma, std::size_t beta, kernels::Activation act,
                      const std::string& name);
  Value add(Value a, Value b, const std::string& name);
  Value concat(const std::vector<Value>& values, const std::string& name);
  // Adds the mean over height and width, [1, 1, c].
  Value mean(Value x, const std::string& name);
  // Returns the node id of the graph's result, which is the last node.
  int output() const { return static_cast<int>(nodes_.size()) - 1; }

  const std::vector<Node>& nodes() const { return nodes_; }
  const Shape& shape(Value x) const { return node(x).shape; }
  const LayerSource& layers() const { return *layers_; }

 private:
  const Node& node(Value x) const;
  Value push(Node node);
  // Throws Error{internal} if x is centred, because `what` needs plain values.
  void check_not_centred(Value x, const std::string& what) const;
  Value pool(Value x, kernels::PoolKind kind, int kernel, int stride, Padding padding,
             const std::string& name);

  const LayerSource* layers_;
  std::vector<Node> nodes_;
};

}  // namespace nst
