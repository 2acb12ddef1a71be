// Lowering of convolutions: plans the convolution, chooses where its output is stored, and appends
// the steps.
#include <utility>

#include "graph/lowering.hpp"

namespace nst {

using kernels::Activation;

ConvOp Lowering::conv_op(std::size_t id) {
  const Node& n = node(id);
  const std::size_t source = at(n.inputs[0]);
  const bool keeps_size = n.spec.stride == 1 && n.spec.upsample == 1 &&
                          n.geometry.in_h == n.shape.h && n.geometry.in_w == n.shape.w;
  const bool is_shared = readers_[source].size() > 1;
  // Adds the two terms of a sum in place before the convolution, to save memory. The convolution
  // could add them itself while it reads them. But then three tensors would exist at the same time:
  // both terms and the convolution's output.
  const bool sums_in_place =
      options_.memory_mode != MemoryMode::fastest && values_[source].residual.exists();
  if ((is_shared && !keeps_size) || sums_in_place || !is_formed_by_convs(values_[source].act)) {
    materialise(source);
  }

  ConvOp op{};
  op.layer = n.layer;
  op.geometry = n.geometry;
  op.blocking = kernels::conv_blocking(n.layer->plan(), n.geometry);
  op.input = values_[source];
  op.act = n.act;
  op.is_centred = n.is_centred;
  if (n.is_centred && n.act == Activation::relu) op.bias_floor = offsets_of(id).front().buffer;
  if (is_shared && !op.input.is_plain()) op.formed = new_tensor(node(source).shape);
  return op;
}

void Lowering::add_moments(std::size_t id, ConvOp& op) {
  const Node* reader = only_reader(id);
  if (reader == nullptr || reader->kind != NodeKind::instance_norm) return;
  const Shape& shape = node(id).shape;
  const int areas = kernels::spatial_block_count(op.blocking, shape.h, shape.w);
  op.moments = new_buffer(at(areas) * 2 * at(shape.c));
  moments_[id] = {op.moments, op.blocking};
}

Lowering::Storage Lowering::storage_of(std::size_t id, const ConvOp& op,
                                       const Before& before) const {
  const bool has_room = before.fused.size() + 1 < FusedConvsOp::kMostConvs;
  if (before.strips.empty() && has_room && is_fused(id, op)) return Storage::scratch;
  if (!before.fused.empty()) return Storage::end_of_fused;
  if (is_streamed(id) || is_recomputed(id)) return Storage::strips;
  const bool overwrites = before.strips.empty() && !fusable_sum(id) && may_overwrite(id, op);
  return overwrites ? Storage::in_place : Storage::tensor;
}

std::optional<std::size_t> Lowering::fusable_sum(std::size_t id) const {
  if (!options_.fuse || readers_[id].size() != 1) return std::nullopt;
  const std::size_t reader = at(readers_[id].front());
  const Node& sum = node(reader);
  if (sum.kind != NodeKind::add) return std::nullopt;
  const std::size_t other = other_side(sum, id);
  const bool is_plain = values_[other].x.exists() && values_[other].is_plain();
  if (!is_plain || node(other).is_scaled != node(id).is_scaled) return std::nullopt;
  return reader;
}

std::size_t Lowering::other_side(const Node& sum, std::size_t id) {
  return at(sum.inputs[0]) == id ? at(sum.inputs[1]) : at(sum.inputs[0]);
}

void Lowering::lower_conv(std::size_t id) {
  const std::size_t source = at(node(id).inputs[0]);
  ConvOp op = conv_op(id);
  const auto taken = [source](std::map<std::size_t, ConvSequence>& sequences) {
    auto found = sequences.extract(source);
    return found.empty() ? ConvSequence{} : std::move(found.mapped());
  };
  Before before{taken(fused_), taken(streamed_)};
  add_moments(id, op);
  const Storage storage = storage_of(id, op, before);
  if (storage == Storage::scratch) {
    values_[id] = stored({BufferId::strips, node(id).shape, node(id).shape.c});
    before.fused.push_back({op, id});
    fused_[id] = std::move(before.fused);
  } else if (storage == Storage::strips) {
    store_in_strips(id, op, std::move(before.strips));
  } else {
    store_whole(id, op, std::move(before), storage);
  }
}

void Lowering::store_in_strips(std::size_t id, ConvOp op, ConvSequence strips) {
  op.output = {BufferId::strips, node(id).shape, node(id).shape.c};
  const bool has_moments = op.moments != BufferId::none;
  strips.push_back({op, id});
  std::size_t value = id;
  // The convolution's output goes through an instance norm, which needs the moments of all rows
  // before it can normalise a row. So the sequence of convolutions runs twice: now for
  // the moments, and later for the rows, together with the norm's reader.
  if (has_moments) {
    emit_sequence(strips, true);
    strips.back().op.moments = BufferId::none;
    value = at(readers_[id].front());
  }
  values_[id] = stored(op.output);
  streamed_[value] = std::move(strips);
}

void Lowering::store_whole(std::size_t id, ConvOp op, Before before, Storage storage) {
  const std::size_t source = at(node(id).inputs[0]);
  std::size_t result = id;
  if (const std::optional<std::size_t> sum = fusable_sum(id)) {
    op.skip = values_[other_side(node(*sum), id)].x;
    result = *sum;
  }
  if (storage == Storage::in_place) {
    op.output = emit_overwriting({op, id});
  } else {
    op.output = destination(result);
    if (storage == Storage::end_of_fused) {
      before.fused.push_back({op, result});
      emit_fused(std::move(before.fused));
    } else {
      before.strips.push_back({op, result});
      emit_sequence(std::move(before.strips), false);
    }
  }
  values_[result] = stored(op.output);
  values_[id] = values_[result];
  if (op.formed.exists()) values_[source] = stored(op.formed);
}

}  // namespace nst
