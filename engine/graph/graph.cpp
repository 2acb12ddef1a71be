#include "graph/graph.hpp"

#include <algorithm>
#include <utility>

#include "nst/error.hpp"

namespace nst {
namespace {

using kernels::Border;
using kernels::ConvGeometry;

// Size of an operation's output along one axis, and number of padding pixels before its input.
struct Axis {
  int out;
  int pad;
};

Axis place(int in, int kernel, int stride, Padding padding, const std::string& name) {
  int before = 0;
  int total = 0;
  switch (padding) {
    case Padding::valid:
      break;
    case Padding::same: {
      const int out = (in + stride - 1) / stride;
      total = std::max((out - 1) * stride + kernel - in, 0);
      before = total / 2;
      break;
    }
    case Padding::reflect:
    case Padding::zero:
      before = kernel / 2;
      total = 2 * before;
      break;
  }
  const bool too_small = in + total < kernel || (padding == Padding::reflect && before >= in);
  if (too_small) {
    throw Error(ErrorCode::input, "the picture is too small: layer " + name + " gets a side of " +
                                      std::to_string(in) + " pixels; use a larger picture");
  }
  return {(in + total - kernel) / stride + 1, before};
}

ConvGeometry geometry(const Shape& in, int kernel_h, int kernel_w, int stride, int upsample,
                      Padding padding, const std::string& name) {
  const Axis y = place(in.h * upsample, kernel_h, stride, padding, name);
  const Axis x = place(in.w * upsample, kernel_w, stride, padding, name);
  return {in.h,
          in.w,
          y.out,
          x.out,
          y.pad,
          x.pad,
          padding == Padding::reflect ? Border::reflect : Border::zero};
}

}  // namespace

Value Graph::push(Node node) {
  nodes_.push_back(std::move(node));
  return {output()};
}

Value Graph::input(Shape shape) {
  Node node;
  node.name = "input";
  node.shape = shape;
  return push(std::move(node));
}

Value Graph::centred_input(Shape shape) {
  const Value x = input(shape);
  nodes_.back().is_centred = nodes_.back().is_scaled = true;
  return x;
}

const Node& Graph::node(Value x) const { return nodes_[static_cast<std::size_t>(x.id)]; }

void Graph::check_not_centred(Value x, const std::string& what) const {
  if (!node(x).is_centred) return;
  throw Error(ErrorCode::internal, what + " does not take deviations");
}

Value Graph::conv(Value x, const std::string& weights, const ConvOptions& options,
                  const std::string& name) {
  const Shape in = shape(x);
  Node node;
  node.kind = NodeKind::conv;
  node.name = name;
  node.inputs = {x.id};
  const ConvAnswer answer =
      layers_->conv({weights, options.kernel_h, options.kernel_w, in.c, options.published_c,
                     options.stride, options.upsample, options.followed_by});
  const kernels::ConvSpec& spec = answer.spec;
  node.spec = spec;
  node.layer = answer.layer;
  node.geometry = geometry(in, spec.kernel_h, spec.kernel_w, options.stride, options.upsample,
                           options.padding, name);
  node.shape = {node.geometry.out_h, node.geometry.out_w, spec.out_c};
  node.act = options.act;
  node.is_centred = this->node(x).is_centred;
  node.is_scaled = this->node(x).is_scaled;
  const bool keeps_flat = options.padding == Padding::reflect || options.padding == Padding::valid;
  const bool suits =
      options.act == kernels::Activation::none || options.act == kernels::Activation::relu;
  if (!keeps_flat || !suits) check_not_centred(x, "layer " + name);
  return push(std::move(node));
}

Value Graph::pool(Value x, kernels::PoolKind kind, int kernel, int stride, Padding padding,
                  const std::string& name) {
  check_not_centred(x, "layer " + name);
  const Shape in = shape(x);
  Node node;
  node.kind = NodeKind::pool;
  node.name = name;
  node.inputs = {x.id};
  node.pool_kind = kind;
  node.pool_kernel = kernel;
  node.pool_stride = stride;
  node.geometry = geometry(in, kernel, kernel, stride, 1, padding, name);
  node.shape = {node.geometry.out_h, node.geometry.out_w, in.c};
  return push(std::move(node));
}

Value Graph::max_pool(Value x, int kernel, int stride, Padding padding, const std::string& name) {
  return pool(x, kernels::PoolKind::max, kernel, stride, padding, name);
}

Value Graph::average_pool(Value x, int kernel, int stride, Padding padding,
                          const std::string& name) {
  return pool(x, kernels::PoolKind::average, kernel, stride, padding, name);
}

Value Graph::instance_norm(Value x, std::size_t gamma, std::size_t beta, kernels::Activation act,
                           const std::string& name) {
  Node node;
  node.kind = NodeKind::instance_norm;
  node.name = name;
  node.inputs = {x.id};
  node.shape = shape(x);
  node.act = act;
  node.is_centred = this->node(x).is_centred &&
                    (act == kernels::Activation::none || act == kernels::Activation::relu);
  node.gamma = gamma;
  node.beta = beta;
  return push(std::move(node));
}

Value Graph::add(Value a, Value b, const std::string& name) {
  if (shape(a) != shape(b)) {
    layers_->refuse("layer " + name + " adds tensors of different shapes");
  }
  Node node;
  const Node& first = this->node(a);
  const Node& second = this->node(b);
  if (first.is_centred != second.is_centred) {
    check_not_centred(first.is_centred ? a : b, "layer " + name);
  }
  node.is_centred = first.is_centred;
  node.is_scaled = first.is_scaled && second.is_scaled;
  node.kind = NodeKind::add;
  node.name = name;
  node.inputs = {a.id, b.id};
  node.shape = shape(a);
  return push(std::move(node));
}

Value Graph::concat(const std::vector<Value>& values, const std::string& name) {
  Node node;
  node.kind = NodeKind::concat;
  node.name = name;
  node.shape = shape(values.front());
  node.shape.c = 0;
  for (const Value v : values) {
    check_not_centred(v, "layer " + name);
    node.inputs.push_back(v.id);
    node.shape.c += shape(v).c;
    if (shape(v).h != node.shape.h || shape(v).w != node.shape.w) {
      layers_->refuse("layer " + name + " joins tensors of different sizes");
    }
  }
  return push(std::move(node));
}

Value Graph::mean(Value x, const std::string& name) {
  check_not_centred(x, "layer " + name);
  Node node;
  node.kind = NodeKind::mean;
  node.name = name;
  node.inputs = {x.id};
  node.shape = {1, 1, shape(x).c};
  return push(std::move(node));
}

}  // namespace nst
