// Runs convolutions in strips of rows, which saves memory for large pictures. There are three
// cases:
//
// - conv → conv, in every MemoryMode: the tensor between the two convolutions exists in strips
//   only.
// - conv → instance norm → conv, in MemoryMode::rematerialise: the first convolution runs once for
//   its moments, then again in strips.
// - a convolution that overwrites its input, unless the mode is MemoryMode::fastest: each strip of
//   the output overwrites only input rows that no later strip reads.
#include <algorithm>

#include "graph/graph_cost.hpp"
#include "graph/lowering.hpp"

namespace nst {
namespace {

// Number of strips of a convolution that overwrites its input. Many strips cost time, because all
// threads wait at the end of each strip. Few strips cost memory, because a strip's output must not
// overwrite the input rows that it is computed from. With 16 strips, 1/16 of the tensor needs
// memory of its own.
constexpr int kOverwritingStrips = 16;

// A buffer can be tied to another one: placed at a given distance from it (memory_plan.hpp). The
// distance is rounded up to a multiple of this number of floats, which is one cache line.
constexpr std::ptrdiff_t kAlignFloats = 16;

}  // namespace

std::size_t Lowering::tensor_bytes(std::size_t id) const {
  return nst::tensor_bytes(node(id).shape);
}

bool Lowering::is_streamed(std::size_t id) const {
  const Node* reader = only_reader(id);
  return options_.fuse && reader != nullptr && reader->kind == NodeKind::conv &&
         !slices_[id].concat && tensor_bytes(id) > options_.strip_bytes;
}

bool Lowering::is_recomputed(std::size_t id) const {
  const Node* norm = only_reader(id);
  if (!options_.fuse || options_.memory_mode != MemoryMode::rematerialise || norm == nullptr ||
      norm->kind != NodeKind::instance_norm || !is_formed_by_convs(norm->act) ||
      tensor_bytes(id) < largest_normalised_) {
    return false;
  }
  const Node* reader = only_reader(at(readers_[id].front()));
  return reader != nullptr && reader->kind == NodeKind::conv &&
         tensor_bytes(id) > options_.strip_bytes;
}

bool Lowering::may_change(BufferId buffer) const {
  const bool outlives_a_run = options_.keep_encoder && style_seen_ && is_in_arena(buffer) &&
                              program_.buffers[index_of(buffer)].first < program_.first_style_step;
  return is_in_arena(buffer) && !outlives_a_run;
}

bool Lowering::may_overwrite(std::size_t id, const ConvOp& op) const {
  const std::size_t source = at(node(id).inputs[0]);
  const FormedOperand& input = op.input;
  return options_.fuse && options_.memory_mode != MemoryMode::fastest &&
         only_reader(source) != nullptr && may_change(input.x.buffer) &&
         input.x.pixel_stride == input.x.shape.c && !input.residual.exists() &&
         !op.formed.exists() && !slices_[id].concat && !is_output(id) &&
         tensor_bytes(id) > options_.strip_bytes;
}

// Returns true if threads share a convolution by area (spatial block), false if by channel. If
// threads share by area, each of them reads all weights. If they share by channel, each reads all
// inputs, most of them from another core's cache. Sharing by area is better in two cases:
//
// - The layer has fewer weights than input and output values.
// - The weights that one block needs exceed an L2 cache (1 MiB). Then sharing by channel saves
//   nothing, because these weights are read again for every area.
bool Lowering::is_shared_by_area(const ConvOp& op) {
  constexpr std::size_t kCacheFloats = 1024 * 1024 / sizeof(float);
  const kernels::ConvSpec& spec = op.layer->plan().spec;
  const kernels::ConvGeometry& g = op.geometry;
  const std::size_t weights = op.layer->packed_floats();
  const std::size_t group = weights / at(spec.out_c) * at(op.blocking.block_c);
  const std::size_t values =
      at(g.in_h) * at(g.in_w) * at(spec.in_c) + at(g.out_h) * at(g.out_w) * at(spec.out_c);
  return weights < values || group > kCacheFloats;
}

void Lowering::count_layer(const PlannedConv& pass) {
  const ConvOp& op = pass.op;
  program_.scratch_floats = std::max(program_.scratch_floats, op.blocking.scratch_floats);
  if (layers_seen_.insert(op.layer).second) {
    program_.weight_bytes += op.layer->packed_floats() * sizeof(float);
  }
  if (counted_.insert(pass.node).second) program_.mac += multiply_adds(op, {0, op.geometry.out_h});
}

std::uint64_t Lowering::multiply_adds(const ConvOp& op, Rows rows) {
  return nst::multiply_adds(op.layer->plan().spec, rows.count(), op.geometry.out_w);
}

void Lowering::emit_strip(const PlannedConv& pass, const Strip& strip) {
  if (strip.areas.empty()) return;
  ConvOp op = pass.op;
  const StripLayer layer = strip_layer(op);
  const int columns = layer.area_columns();
  op.areas = {strip.areas.begin * columns, strip.areas.count() * columns};
  op.by_area = is_shared_by_area(op);
  const bool completes = strip.rows.end == layer.geometry.out_h;
  if (completes) keep_offsets(pass.node);
  extend_lifetime(op.input);
  extend_lifetime(op.bias_floor);
  extend_lifetime(op.skip.buffer);
  extend_lifetime(op.formed.buffer);
  extend_lifetime(op.output.buffer);
  extend_lifetime(op.moments);
  const int out_c = layer.spec.out_c;
  const int groups = (out_c + op.blocking.block_c - 1) / op.blocking.block_c;
  append_step({op, completes ? node(pass.node).name : "", op.output, op.areas.count * groups,
               multiply_adds(op, strip.rows)});
  if (completes) describe_result(pass.node);
}

void Lowering::emit_move(const Operand& from, const Operand& to, Rows rows) {
  if (rows.empty() || from.first_row == to.first_row) return;
  extend_lifetime(from.buffer);
  // If the old and the new place of the rows do not overlap, several work items move them in
  // parallel. Otherwise a single work item moves one row after the other, beginning with the top
  // row. So no row is overwritten before it is moved.
  const bool apart = rows.count() <= to.first_row - from.first_row;
  const int per_item = apart ? std::max(rows.count() / 16, 1) : rows.count();
  const int items = (rows.count() + per_item - 1) / per_item;
  append_step({AffineOp{{from, BufferId::none, kernels::Activation::none, {}}, to, rows, per_item},
               "", to, items, 0});
}

void Lowering::emit_sequence(ConvSequence chain, bool discards) {
  // Number of layers, from the first on, whose outputs exist in strips only. The last layer's
  // output is stored as a whole unless `discards` is true.
  const std::size_t stored = discards ? chain.size() : chain.size() - 1;
  std::vector<StripLayer> layers;
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < chain.size(); ++i) {
    count_layer(chain[i]);
    layers.push_back(strip_layer(chain[i].op));
    if (i < stored) bytes += tensor_bytes(chain[i].node);
  }
  const auto wanted = static_cast<int>((bytes + options_.strip_bytes - 1) / options_.strip_bytes);
  const std::vector<std::vector<Strip>> strips = cut_into_strips(layers, wanted);
  for (std::size_t i = 0; i < stored; ++i) {
    Operand& output = chain[i].op.output;
    const int rows = most_rows_kept(strips, i);
    output.buffer = new_buffer(at(rows) * at(output.shape.w) * at(output.shape.c));
  }
  for (const std::vector<Strip>& strip : strips) {
    for (std::size_t i = 0; i < chain.size(); ++i) {
      PlannedConv& pass = chain[i];
      if (i < stored) {
        const Operand before = pass.op.output;
        pass.op.output.first_row = strip[i].first_needed;
        emit_move(before, pass.op.output, {strip[i].first_needed, strip[i].rows.begin});
      }
      if (i > 0) pass.op.input.x = chain[i - 1].op.output;
      emit_strip(pass, strip[i]);
    }
  }
}

Operand Lowering::emit_overwriting(PlannedConv pass) {
  count_layer(pass);
  const StripLayer layer = strip_layer(pass.op);
  const std::vector<std::vector<Strip>> strips = cut_into_strips({layer}, kOverwritingStrips);
  const auto row = [](const Shape& shape) {
    return static_cast<std::ptrdiff_t>(shape.w) * shape.c;
  };
  const Operand& input = pass.op.input.x;
  const std::ptrdiff_t distance =
      overwriting_distance(layer, strips, row(input.shape), row(node(pass.node).shape));
  pass.op.output = new_tensor(node(pass.node).shape);
  Lifetime& buffer = program_.buffers[index_of(pass.op.output.buffer)];
  buffer.tied_to = index_of(input.buffer);
  buffer.distance =
      static_cast<std::size_t>((distance + kAlignFloats - 1) / kAlignFloats * kAlignFloats);
  for (const std::vector<Strip>& strip : strips) emit_strip(pass, strip.front());
  return pass.op.output;
}

}  // namespace nst
