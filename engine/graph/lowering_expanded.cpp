// A 1x1 convolution and the depthwise one that reads it (MobileNetV2's expansions) as one step. The
// tensor between them is the largest of its network: written and read through the third-level
// cache it costs more than its products, so each item keeps the rows it needs in its scratch. Rows
// that two items need are computed twice, one in eight.
#include <algorithm>

#include "graph/lowering.hpp"

namespace nst {
namespace {

// The rows of an item, most of a second-level cache taken as 512 KiB.
constexpr std::size_t kMostFloats = 448 * 1024 / sizeof(float);
constexpr int kFewestItems = 8;

bool is_pointwise(const kernels::ConvSpec& spec) {
  return spec.kernel_h == 1 && spec.kernel_w == 1 && spec.stride == 1 && spec.upsample == 1 &&
         !spec.depthwise;
}

}  // namespace

bool Lowering::is_expansion(std::size_t id, const ConvOp& op) const {
  const Node* reader = only_reader(id);
  if (!options_.fuse || reader == nullptr || reader->kind != NodeKind::conv || is_output(id) ||
      slices_[id].concat >= 0 || tensor_bytes(id) <= options_.expanded_bytes) {
    return false;
  }
  const std::size_t reader_id = at(readers_[id].front());
  const Node* next = only_reader(reader_id);
  return is_pointwise(op.layer->plan().spec) && op.input.is_plain() &&
         op.input.x.buffer != kStripBuffer && reader->layer->plan().spec.depthwise &&
         (next == nullptr || next->kind != NodeKind::instance_norm);
}

Operand Lowering::emit_expanded(Pass expansion, Pass filter) {
  count_layer(expansion);
  count_layer(filter);
  ExpandedOp op{expansion.op, filter.op, 1, 0};
  op.filter.output = destination(filter.node);
  const StripLayer layer = strip_layer(op.filter);
  const Shape& expanded = node(expansion.node).shape;
  const auto floats = [&](int rows) {  // the most that `rows` output rows read
    const int read = (rows - 1) * layer.spec.stride + layer.spec.kernel_h;
    return at(std::min(read, expanded.h)) * at(expanded.w) * at(expanded.c);
  };
  const int h = layer.geometry.out_h;
  while (floats(op.rows_per_item + 1) <= kMostFloats &&
         (op.rows_per_item + 1) * kFewestItems <= h) {
    ++op.rows_per_item;
  }
  op.rows_floats = (floats(op.rows_per_item) + 15) / 16 * 16;
  const std::size_t scratch =
      std::max(op.expansion.blocking.scratch_floats, op.filter.blocking.scratch_floats);
  program_.scratch_floats = std::max(program_.scratch_floats, op.rows_floats + scratch);
  touch(op.expansion.input);
  touch(op.filter.output.buffer);
  const Operand output = op.filter.output;
  const int items = (h + op.rows_per_item - 1) / op.rows_per_item;
  push({op, node(filter.node).name, output, items,
        multiply_adds(op.expansion, {0, expanded.h}) + multiply_adds(op.filter, {0, h})});
  return output;
}

}  // namespace nst
