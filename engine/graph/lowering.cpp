// Lowers a graph to a program, node by node. The readers of a node are the nodes that take its
// result as input. If a result is a deferred value, it is not stored: its readers compute it from a
// stored tensor. The rules:
//
//   conv → instance_norm         the conv stores the moments of each area (spatial block). The
//                                norm's result is deferred: its readers apply a scale and a shift.
//   instance_norm → add          the sum is deferred too: its readers also add the other summand
//   deferred value, two readers  the first convolution that reads it also stores it
//   conv → add (MobileNetV2)     the convolution adds the other summand in its epilogue
//   conv, pool → concat          each branch writes its own slice of the concatenation
//   conv 1x1 → depthwise → 1x1   one step, if the tensors between are large (lowering_fused.cpp)
//   conv → conv, large           both run in strips of rows (lowering_strips.cpp)
#include "graph/lowering.hpp"

#include <algorithm>
#include <atomic>

#include "nst/error.hpp"

namespace nst {
namespace {

using kernels::Activation;

// Number of floats that a work item of an elementwise or pooling step computes. A work item is what
// one thread computes at a time. Large items make sharing among threads cheap, but the smallest
// pictures must still give several items.
constexpr int kItemFloats = 32 * 1024;

// Number of channels that a work item of a mean computes. From each pixel, the item reads these
// channels, which are 16 cache lines in a row.
constexpr int kMeanChannels = 256;

std::atomic<std::uint64_t> lowerings{0};

int rows_per_item(const Shape& shape) {
  return std::clamp(kItemFloats / std::max(shape.w * shape.c, 1), 1, shape.h);
}

}  // namespace

Lowering::Lowering(const Graph& graph, const kernels::Table& table, const LoweringOptions& options)
    : graph_(graph), options_(options) {
  program_.table = &table;
  const std::size_t n = graph.nodes().size();
  readers_.resize(n);
  values_.resize(n);
  offsets_.resize(n);
  slices_.resize(n);
  for (std::size_t i = 0; i < n; ++i) {
    for (const int input : node(i).inputs) readers_[at(input)].push_back(static_cast<int>(i));
    if (node(i).kind == NodeKind::instance_norm) {
      largest_normalised_ = std::max(largest_normalised_, tensor_bytes(i));
    }
  }
  for (std::size_t i = 0; i < n; ++i) {
    if (node(i).kind == NodeKind::concat) claim_slices(i);
  }
}

Program Lowering::run() {
  const Node& result = node(at(graph_.output()));
  if (result.is_centred && result.kind != NodeKind::instance_norm) {
    throw Error(ErrorCode::internal, "the result " + result.name + " is a deviation");
  }
  for (std::size_t i = 0; i < graph_.nodes().size(); ++i) {
    if (!values_[i].x.exists()) lower_node(i);
  }
  const std::size_t last = at(graph_.output());
  program_.output_shape = node(last).shape;
  if (options_.output_rows) {
    emit_output_rows(last);
  } else if (values_[last].x.buffer != BufferId::output || !values_[last].is_plain()) {
    const Operand output = output_operand(node(last).shape);
    emit_affine(values_[last], output, {0, output.shape.h}, node(last).name);
  }
  finish();
  return std::move(program_);
}

void Lowering::emit_output_rows(std::size_t id) {
  const Shape& shape = node(id).shape;
  const Operand rows{BufferId::output_rows, shape, shape.c};
  emit_affine(values_[id], rows, {0, shape.h}, "");
  const std::size_t item = at(rows_per_item(shape)) * at(shape.w) * at(shape.c);
  program_.scratch_floats = std::max(program_.scratch_floats, item);
}

const Node* Lowering::only_reader(std::size_t id) const {
  return readers_[id].size() == 1 ? &node(at(readers_[id].front())) : nullptr;
}

void Lowering::claim_slices(std::size_t concat) {
  int channel = 0;
  for (const int input : node(concat).inputs) {
    const Node& branch = node(at(input));
    const bool writes = branch.kind == NodeKind::conv || branch.kind == NodeKind::pool;
    if (writes && only_reader(at(input)) != nullptr) {
      slices_[at(input)] = {concat, channel};
    }
    channel += branch.shape.c;
  }
}

BufferId Lowering::new_buffer(std::size_t floats) {
  const int step = static_cast<int>(program_.steps.size());
  program_.buffers.push_back({floats, step, step, {}, 0});
  return BufferId{static_cast<int>(program_.buffers.size()) - 1};
}

Operand Lowering::new_tensor(const Shape& shape) {
  const std::size_t floats = at(shape.h) * at(shape.w) * at(shape.c);
  return {new_buffer(floats), shape, shape.c};
}

Operand Lowering::output_operand(const Shape& shape) {
  program_.needs_output = true;
  return {BufferId::output, shape, shape.c};
}

Operand Lowering::destination(std::size_t id) {
  const Node* reader = only_reader(id);
  const bool is_normalised_output = reader != nullptr && reader->kind == NodeKind::instance_norm &&
                                    is_output(at(readers_[id].front()));
  const bool in_arena = options_.output_rows && !options_.rows_from_caller;
  if ((is_output(id) || is_normalised_output) && !in_arena) {
    return output_operand(node(id).shape);
  }
  const Slice slice = slices_[id];
  if (!slice.concat) return new_tensor(node(id).shape);
  Operand& concat = concat_tensors_[*slice.concat];
  if (!concat.exists()) concat = new_tensor(node(*slice.concat).shape);
  return {concat.buffer, node(id).shape, concat.pixel_stride, slice.channel};
}

void Lowering::extend_lifetime(BufferId buffer) {
  if (!is_in_arena(buffer)) return;
  program_.buffers[index_of(buffer)].last = static_cast<int>(program_.steps.size());
}

void Lowering::extend_lifetime(const FormedOperand& operand) {
  extend_lifetime(operand.x.buffer);
  extend_lifetime(operand.scale_shift);
  extend_lifetime(operand.residual.buffer);
}

void Lowering::append_step(Step step) { program_.steps.push_back(std::move(step)); }

void Lowering::emit_affine(const FormedOperand& input, const Operand& output, Rows rows,
                           const std::string& name) {
  extend_lifetime(input);
  extend_lifetime(output.buffer);
  const int per_item = rows_per_item(output.shape);
  const int items = (rows.count() + per_item - 1) / per_item;
  append_step({AffineOp{input, output, rows, per_item}, name, output, items, 0});
}

const FormedOperand& Lowering::materialise(std::size_t id) {
  if (!values_[id].is_plain()) {
    keep_offsets(id);
    // The result may overwrite the tensor from which the deferred value is computed. lower_add has
    // ensured that no other deferred value is computed from this tensor.
    const Operand raw = values_[id].x;
    const bool in_place = options_.memory_mode != MemoryMode::fastest && may_change(raw.buffer);
    const Operand output = in_place ? raw : new_tensor(node(id).shape);
    emit_affine(values_[id], output, {0, output.shape.h}, node(id).name);
    describe_result(id);
    values_[id] = {output, BufferId::none, Activation::none, {}};
  }
  return values_[id];
}

void Lowering::lower_node(std::size_t id) {
  switch (node(id).kind) {
    case NodeKind::input:
      lower_input(id);
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

void Lowering::lower_pool(std::size_t id) {
  const Node& n = node(id);
  const FormedOperand input = materialise(at(n.inputs[0]));
  const Operand output = destination(id);
  extend_lifetime(input);
  extend_lifetime(output.buffer);
  const int rows = rows_per_item(n.shape);
  append_step({PoolOp{n.pool_kind, n.pool_kernel, n.pool_stride, n.geometry, input.x, output, rows},
               n.name, output, (n.shape.h + rows - 1) / rows, 0});
  values_[id].x = output;
}

void Lowering::lower_norm(std::size_t id) {
  const Node& n = node(id);
  const std::size_t source = at(n.inputs[0]);
  const auto moments = moments_.find(source);
  if (moments == moments_.end()) {
    throw Error(ErrorCode::internal, "layer " + n.name +
                                         " normalises something that is no "
                                         "convolution used once");
  }
  const auto [buffer, blocking] = moments->second;
  const std::size_t channels = at(n.shape.c);
  const bool is_centred = n.is_centred && !is_output(id);
  const BufferId scale_shift = new_buffer(3 * channels);
  extend_lifetime(buffer);
  if (!style_seen_) program_.first_style_step = static_cast<int>(program_.steps.size());
  style_seen_ = true;
  append_step({NormOp{buffer, n.shape, blocking, n.gamma, n.beta, n.act, is_centred,
                      node(source).is_scaled, scale_shift},
               "",
               {},
               1,
               0});
  if (is_centred) offsets_[id] = {{scale_shift, 2 * channels, false}};
  values_[id] = {values_[source].x, scale_shift, n.act, {}};
  if (!options_.fuse) materialise(id);
}

void Lowering::lower_add(std::size_t id) {
  const Node& n = node(id);
  std::size_t a = at(n.inputs[0]);
  std::size_t b = at(n.inputs[1]);
  // The sum becomes a deferred value: its readers apply the deferred operations of `a`, then add
  // the tensor `b`. So `b` must be stored. Readers can divide `b`, but not `a`, by the input's
  // factor (CentreOp). So if only one of the two terms is multiplied by this factor
  // (Node::is_scaled), that term must be `b`.
  const bool is_rescaled = node(a).is_scaled != node(b).is_scaled;
  if (values_[a].is_plain() && !(is_rescaled && node(b).is_scaled)) std::swap(a, b);
  if (values_[a].residual.exists() || readers_[a].size() > 1) materialise(a);
  const Operand residual = materialise(b).x;
  values_[id] = values_[a];
  values_[id].residual = residual;
  values_[id].is_residual_scaled = is_rescaled;
  if (!options_.fuse) materialise(id);
}

void Lowering::lower_concat(std::size_t id) {
  const Node& n = node(id);
  Operand& concat = concat_tensors_[id];
  int channel = 0;
  for (const int input : n.inputs) {
    const Shape& shape = node(at(input)).shape;
    if (slices_[at(input)].concat != id) {
      if (!concat.exists()) concat = new_tensor(n.shape);
      emit_affine(values_[at(input)], {concat.buffer, shape, concat.pixel_stride, channel},
                  {0, shape.h}, "");
    }
    channel += shape.c;
  }
  extend_lifetime(concat.buffer);
  append_step({CompleteOp{}, n.name, concat, 0, 0});
  values_[id].x = concat;
}

void Lowering::lower_mean(std::size_t id) {
  const Node& n = node(id);
  const FormedOperand input = materialise(at(n.inputs[0]));
  const Operand output = destination(id);
  extend_lifetime(input);
  extend_lifetime(output.buffer);
  append_step({MeanOp{input.x, output, kMeanChannels}, n.name, output,
               (n.shape.c + kMeanChannels - 1) / kMeanChannels, 0});
  values_[id].x = output;
}

void Lowering::finish() {
  const int last = static_cast<int>(program_.steps.size()) - 1;
  const int split = program_.first_style_step;
  // Keeps the buffer of CentreOp until the last step, because any step may need the factor in it.
  if (program_.input_centre != BufferId::none)
    program_.buffers[index_of(program_.input_centre)].last = last;
  for (Lifetime& buffer : program_.buffers) {
    const bool crosses = buffer.first < split && buffer.last >= split;
    if (options_.keep_encoder && crosses) buffer.last = last;
  }
  program_.memory = plan_memory(program_.buffers);
}

std::uint64_t lowering_count() { return lowerings; }

Program lower(const Graph& graph, const kernels::Table& table, const LoweringOptions& options) {
  ++lowerings;
  return Lowering(graph, table, options).run();
}

}  // namespace nst
