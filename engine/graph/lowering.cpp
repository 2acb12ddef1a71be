// Lowering rules, in the order of performance.md's "fewer passes":
//   conv → instance_norm      the conv leaves block moments; the norm becomes a scale and shift its
//   readers apply instance_norm → add       becomes the residual of the same deferred form deferred
//   value, 2 readers the first convolution that reads it stores it as it goes conv → add
//   (MobileNetV2)  the sum is the conv's epilogue conv, pool → concat       written straight into
//   their channel slice
#include <algorithm>
#include <set>
#include <utility>

#include "graph/program.hpp"

namespace nst {
namespace {

using kernels::Activation;

// Elementwise and pooling work is cut into items of about this many floats: large against the cost
// of handing one out, small enough to share the smallest pictures.
constexpr int kItemFloats = 32 * 1024;

class Lowering {
 public:
  Lowering(const Graph& graph, const LoweringOptions& options) : graph_(graph), options_(options) {
    program_.table = &graph.layers().table();
    const std::size_t n = graph.nodes().size();
    readers_.resize(n);
    values_.resize(n);
    slices_.resize(n);
    for (std::size_t i = 0; i < n; ++i) {
      for (const int input : node(i).inputs) readers_[at(input)].push_back(static_cast<int>(i));
    }
    for (std::size_t i = 0; i < n; ++i) {
      if (node(i).kind == NodeKind::concat) claim_slices(i);
    }
  }

  Program run() {
    for (std::size_t i = 0; i < graph_.nodes().size(); ++i) {
      if (!values_[i].x.exists()) lower_node(i);
    }
    const std::size_t last = at(graph_.output());
    program_.output_shape = node(last).shape;
    if (values_[last].x.buffer != kOutputBuffer) {
      emit_affine(values_[last], output_operand(node(last).shape), node(last).name);
    }
    finish();
    return std::move(program_);
  }

 private:
  // A branch of a concatenation that can write its slice itself.
  struct Slice {
    int concat = -1;
    int channel = 0;
  };

  static std::size_t at(int id) { return static_cast<std::size_t>(id); }
  const Node& node(std::size_t id) const { return graph_.nodes()[id]; }
  bool is_output(std::size_t id) const { return at(graph_.output()) == id; }

  void claim_slices(std::size_t concat) {
    int channel = 0;
    for (const int input : node(concat).inputs) {
      const Node& branch = node(at(input));
      const bool writes = branch.kind == NodeKind::conv || branch.kind == NodeKind::pool;
      if (writes && readers_[at(input)].size() == 1) {
        slices_[at(input)] = {static_cast<int>(concat), channel};
      }
      channel += branch.shape.c;
    }
  }

  int new_buffer(std::size_t floats) {
    const int step = static_cast<int>(program_.steps.size());
    program_.buffers.push_back({floats, step, step});
    return static_cast<int>(program_.buffers.size()) - 1;
  }

  Operand new_tensor(const Shape& shape) {
    const std::size_t floats = at(shape.h) * at(shape.w) * at(shape.c);
    return {new_buffer(floats), shape, shape.c, 0};
  }

  static Operand output_operand(const Shape& shape) { return {kOutputBuffer, shape, shape.c, 0}; }

  // Where node `id` writes its value: the caller's memory, its slice of a concatenation, or a
  // tensor of its own.
  Operand destination(std::size_t id) {
    if (is_output(id)) return output_operand(node(id).shape);
    const Slice slice = slices_[id];
    if (slice.concat < 0) return new_tensor(node(id).shape);
    Operand& joint = joints_[at(slice.concat)];
    if (!joint.exists()) joint = new_tensor(node(at(slice.concat)).shape);
    return {joint.buffer, node(id).shape, joint.pixel_stride, slice.channel};
  }

  void touch(int buffer) {
    if (buffer < 0) return;
    program_.buffers[at(buffer)].last = static_cast<int>(program_.steps.size());
  }
  void touch(const FormedOperand& operand) {
    touch(operand.x.buffer);
    touch(operand.scale_shift);
    touch(operand.residual.buffer);
  }

  void push(Step step) {
    program_.mac += step.mac;
    program_.steps.push_back(std::move(step));
  }

  int rows_per_item(const Shape& shape) const {
    return std::clamp(kItemFloats / std::max(shape.w * shape.c, 1), 1, shape.h);
  }

  void emit_affine(const FormedOperand& input, const Operand& output, const std::string& name) {
    touch(input);
    touch(output.buffer);
    const int rows = rows_per_item(output.shape);
    push({AffineOp{input, output, rows}, name, output, (output.shape.h + rows - 1) / rows, 0});
  }

  // Stores a deferred value so that anything can read it.
  const FormedOperand& materialise(std::size_t id) {
    if (!values_[id].is_plain()) {
      const Operand output = new_tensor(node(id).shape);
      emit_affine(values_[id], output, node(id).name);
      values_[id] = {output, kNoBuffer, Activation::none, {}};
    }
    return values_[id];
  }

  void lower_node(std::size_t id) {
    switch (node(id).kind) {
      case NodeKind::input:
        program_.input = new_tensor(node(id).shape);
        values_[id].x = program_.input;
        break;
      case NodeKind::conv:
        lower_conv(id);
        break;
      case NodeKind::pool:
        lower_pool(id);
        break;
      case NodeKind::instance_norm:
        lower_norm(id);
        break;
      case NodeKind::add:
        lower_add(id);
        break;
      case NodeKind::concat:
        lower_concat(id);
        break;
      case NodeKind::mean:
        lower_mean(id);
        break;
    }
  }

  // The sum that node `id`'s convolution can add in its epilogue: its only reader, whose other side
  // exists.
  int fusable_sum(std::size_t id) const {
    if (!options_.fuse || readers_[id].size() != 1) return -1;
    const int reader = readers_[id].front();
    const Node& sum = node(at(reader));
    if (sum.kind != NodeKind::add) return -1;
    const FormedOperand& other = values_[other_side(sum, id)];
    return other.x.exists() && other.is_plain() ? reader : -1;
  }
  static std::size_t other_side(const Node& sum, std::size_t id) {
    return at(sum.inputs[0]) == id ? at(sum.inputs[1]) : at(sum.inputs[0]);
  }

  void lower_conv(std::size_t id) {
    const Node& n = node(id);
    const std::size_t source = at(n.inputs[0]);
    const kernels::ConvPlan& plan = n.layer->plan();
    const bool keeps_size = plan.spec.stride == 1 && plan.spec.upsample == 1 &&
                            n.geometry.in_h == n.shape.h && n.geometry.in_w == n.shape.w;
    const bool shared = readers_[source].size() > 1;
    const Activation deferred = values_[source].act;
    if ((shared && !keeps_size) || (deferred != Activation::none && deferred != Activation::relu)) {
      materialise(source);
    }

    ConvOp op{};
    op.layer = n.layer;
    op.geometry = n.geometry;
    op.blocking = program_.table->conv_blocking(plan, n.geometry);
    op.input = values_[source];
    op.act = n.act;
    if (shared && !op.input.is_plain()) op.formed = new_tensor(node(source).shape);

    std::size_t result = id;
    if (const int sum = fusable_sum(id); sum >= 0) {
      op.skip = values_[other_side(node(at(sum)), id)].x;
      result = at(sum);
    }
    op.output = destination(result);

    const int areas = kernels::area_count(op.blocking, n.shape.h, n.shape.w);
    const int blocks = kernels::block_count(op.blocking, n.shape.h, n.shape.w, n.shape.c);
    const std::vector<int>& readers = readers_[id];
    if (readers.size() == 1 && node(at(readers[0])).kind == NodeKind::instance_norm) {
      op.moments = new_buffer(at(areas) * 2 * at(n.shape.c));
      moments_[id] = {op.moments, op.blocking};
    }

    touch(op.input);
    touch(op.skip.buffer);
    touch(op.output.buffer);
    const std::uint64_t taps = static_cast<std::uint64_t>(plan.spec.kernel_h) * plan.spec.kernel_w *
                               (plan.spec.depthwise ? 1 : plan.spec.in_c);
    program_.scratch_floats = std::max(program_.scratch_floats, op.blocking.scratch_floats);
    if (layers_seen_.insert(op.layer).second) {
      program_.weight_bytes += op.layer->packed_floats() * sizeof(float);
    }
    const std::uint64_t mac = taps * at(n.shape.h) * at(n.shape.w) * at(n.shape.c);
    push({op, node(result).name, op.output, blocks, mac});
    values_[result] = {op.output, kNoBuffer, Activation::none, {}};
    values_[id] = values_[result];
    if (op.formed.exists()) values_[source] = {op.formed, kNoBuffer, Activation::none, {}};
  }

  void lower_pool(std::size_t id) {
    const Node& n = node(id);
    const FormedOperand input = materialise(at(n.inputs[0]));
    const Operand output = destination(id);
    touch(input);
    touch(output.buffer);
    const int rows = rows_per_item(n.shape);
    push({PoolOp{n.pool_kind, n.pool_kernel, n.pool_stride, n.geometry, input.x, output, rows},
          n.name, output, (n.shape.h + rows - 1) / rows, 0});
    values_[id].x = output;
  }

  void lower_norm(std::size_t id) {
    const Node& n = node(id);
    const std::size_t source = at(n.inputs[0]);
    const auto moments = moments_.find(source);
    if (moments == moments_.end()) {
      throw Error(ErrorCode::internal, "layer " + n.name +
                                           " normalises something that is no "
                                           "convolution used once");
    }
    const auto [buffer, blocking] = moments->second;
    const int scale_shift = new_buffer(2 * at(n.shape.c));
    touch(buffer);
    if (!style_seen_) program_.first_style_step = static_cast<int>(program_.steps.size());
    style_seen_ = true;
    push({NormOp{buffer, n.shape, blocking, n.gamma, n.beta, scale_shift}, "", {}, 1, 0});
    values_[id] = {values_[source].x, scale_shift, n.act, {}};
    if (!options_.fuse) materialise(id);
  }

  void lower_add(std::size_t id) {
    const Node& n = node(id);
    std::size_t a = at(n.inputs[0]);
    std::size_t b = at(n.inputs[1]);
    if (values_[a].is_plain()) std::swap(a, b);  // a: deferred if either is
    if (values_[a].residual.exists()) materialise(a);
    const Operand residual = materialise(b).x;
    values_[id] = values_[a];
    values_[id].residual = residual;
    if (!options_.fuse) materialise(id);
  }

  void lower_concat(std::size_t id) {
    const Node& n = node(id);
    Operand& joint = joints_[id];
    int channel = 0;
    for (const int input : n.inputs) {
      const Shape& shape = node(at(input)).shape;
      if (slices_[at(input)].concat != static_cast<int>(id)) {
        if (!joint.exists()) joint = new_tensor(n.shape);
        emit_affine(values_[at(input)], {joint.buffer, shape, joint.pixel_stride, channel}, "");
      }
      channel += shape.c;
    }
    touch(joint.buffer);
    push({CompleteOp{}, n.name, joint, 0, 0});
    values_[id].x = joint;
  }

  void lower_mean(std::size_t id) {
    const Node& n = node(id);
    const FormedOperand input = materialise(at(n.inputs[0]));
    const Operand output = destination(id);
    touch(input);
    touch(output.buffer);
    push({MeanOp{input.x, output}, n.name, output, 1, 0});
    values_[id].x = output;
  }

  void finish() {
    const int last = static_cast<int>(program_.steps.size()) - 1;
    const int split = program_.first_style_step;
    for (Lifetime& buffer : program_.buffers) {
      const bool crosses = buffer.first < split && buffer.last >= split;
      if (options_.keep_encoder && crosses) buffer.last = last;
    }
    program_.memory = plan_memory(program_.buffers);
  }

  const Graph& graph_;
  LoweringOptions options_;
  Program program_;
  std::vector<std::vector<int>> readers_;
  std::vector<FormedOperand> values_;  // by node; x missing: not lowered yet
  std::vector<Slice> slices_;
  std::map<std::size_t, Operand> joints_;  // concat node → its tensor
  std::map<std::size_t, std::pair<int, kernels::ConvBlocking>> moments_;  // conv node → buffer
  std::set<const ConvLayer*> layers_seen_;
  bool style_seen_ = false;
};

}  // namespace

Program lower(const Graph& graph, const LoweringOptions& options) {
  return Lowering(graph, options).run();
}

}  // namespace nst
