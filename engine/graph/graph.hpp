// A network as a list of named operations on tensors of known size: what the network files write
// and the lowering reads.
#pragma once

#include <string>
#include <vector>

#include "graph/layer_source.hpp"
#include "kernels/kernels.h"

namespace nst {

// Height, width, channels of a tensor [h, w, c].
struct Shape {
  int h = 0, w = 0, c = 0;
  bool operator==(const Shape&) const = default;
};

// A tensor in a graph: the result of node `id`.
struct Value {
  int id = -1;
};

enum class Padding {
  valid,    // none
  same,     // TensorFlow SAME: zeros, output ⌈in / stride⌉, the odd pixel on the far side
  reflect,  // k // 2 on every side, mirrored without repeating the edge
  zero      // k // 2 on every side, zeros
};

struct ConvOptions {
  int kernel_h = 1, kernel_w = 1;
  int published_c = 0;  // outputs in the published network; of a depthwise one as many as inputs
  int stride = 1;
  Padding padding = Padding::same;
  int upsample = 1;  // nearest-neighbour ×upsample of the input first
  kernels::Activation act = kernels::Activation::none;
  FollowedBy followed_by = FollowedBy::batch_norm;
};

enum class NodeKind { input, conv, pool, instance_norm, add, concat, mean };

struct Node {
  NodeKind kind = NodeKind::input;
  std::string name;  // of the value, as TensorFlow's graph calls it; for messages and inspection
  std::vector<int> inputs;  // node ids
  Shape shape;
  // conv and pool
  kernels::ConvSpec spec{};
  const ConvLayer* layer = nullptr;  // not there if only shapes are known
  kernels::ConvGeometry geometry{};
  kernels::Activation act = kernels::Activation::none;  // conv, instance_norm
  // Kept as its deviation from what a flat picture would give (Graph::centred_input).
  bool is_centred = false;
  bool is_scaled = false;  // and times the factor of the input, which every norm takes away again
  kernels::PoolKind pool_kind = kernels::PoolKind::max;
  int pool_kernel = 0, pool_stride = 0;
  // instance_norm: offsets of γ and β [c] in the style parameters
  std::size_t gamma = 0, beta = 0;
};

class Graph {
 public:
  // `layers` must outlive the graph.
  explicit Graph(const LayerSource& layers) : layers_(&layers) {}

  // Each throws Error{model} if the weights do not fit the input, Error{input} if the picture is
  // too small for the operation.
  Value input(Shape shape);
  // A picture of which, and of the values made of it, the deviations from constants are kept: each
  // value lacks what a picture of one colour would make in its place (CentreOp chooses the colour),
  // so that nothing is rounded to the size of what an instance norm takes away. Of a flat picture
  // all deviations are 0, exactly. Up to the first norms they are scaled, so that those of a faint
  // picture are as large as any's.
  //
  // Takes a network in which flat pictures stay flat: convolutions without a border of zeros, and
  // with none or relu; sums; instance norms, of which any other activation, or being the graph's
  // result, gives the values themselves.
  Value centred_input(Shape shape);
  // Weights by the full tensor name (a depthwise convolution's ends in "/depthwise_weights"),
  // biases from the same folder.
  Value conv(Value x, const std::string& weights, const ConvOptions& options,
             const std::string& name);
  Value max_pool(Value x, int kernel, int stride, Padding padding, const std::string& name);
  Value average_pool(Value x, int kernel, int stride, Padding padding, const std::string& name);
  // Conditional instance norm (Dumoulin et al. 2017): act((x − μ) · rsqrt(σ² + 1e-5) · γ + β), γ
  // and β at the given offsets of the style parameters. x must be a convolution's raw output used
  // nowhere else.
  Value instance_norm(Value x, std::size_t gamma, std::size_t beta, kernels::Activation act,
                      const std::string& name);
  Value add(Value a, Value b, const std::string& name);
  Value concat(const std::vector<Value>& values, const std::string& name);
  // Mean over height and width: [1, 1, c].
  Value mean(Value x, const std::string& name);
  // The graph's result: the last value made.
  int output() const { return static_cast<int>(nodes_.size()) - 1; }

  const std::vector<Node>& nodes() const { return nodes_; }
  const Shape& shape(Value x) const { return node(x).shape; }
  const LayerSource& layers() const { return *layers_; }

 private:
  const Node& node(Value x) const;
  Value push(Node node);
  // Throws Error{internal} if a value is centred: `what` takes only values as they are.
  void check_not_centred(Value x, const std::string& what) const;
  Value pool(Value x, kernels::PoolKind kind, int kernel, int stride, Padding padding,
             const std::string& name);

  const LayerSource* layers_;
  std::vector<Node> nodes_;
};

}  // namespace nst
