// Fuses the three convolutions of a MobileNetV2 block (expansion, depthwise, projection) into one
// step. A work item of the step computes some rows of the output. It keeps the rows of the two
// tensors between the convolutions in its thread's scratch. Stored whole, these two tensors would
// be the largest of the network. Writing and reading them through the L3 cache would cost about as
// much time as the arithmetic. If two work items need the same row of an expansion, both compute
// it. This holds for about one row in eight.
#include <algorithm>
#include <cstdint>
#include <vector>

#include "graph/lowering.hpp"

namespace nst {
namespace {

// Largest scratch of a work item: somewhat more than half of an L2 cache of 1 MiB. The rest of the
// cache is for the rows that the work item reads from memory and writes to it.
constexpr std::size_t kMostFloats = 576 * 1024 / sizeof(float);
constexpr int kFewestItems = 16;

bool is_pointwise(const kernels::ConvSpec& spec) {
  return spec.kernel_h == 1 && spec.kernel_w == 1 && spec.stride == 1 && spec.upsample == 1 &&
         !spec.depthwise;
}

// Makes every block of a 1x1 convolution one or more whole rows. The kernel of a 1x1 convolution
// accepts any rectangle of at most a block's pixels. Whole rows are fastest, because their memory
// is contiguous.
void widen_blocks(ConvOp& op) {
  const int rows = op.blocking.block_h * op.blocking.block_w / op.geometry.out_w;
  if (rows == 0 || !is_pointwise(op.layer->plan().spec)) return;
  op.blocking.block_h = rows;
  op.blocking.block_w = op.geometry.out_w;
}

std::size_t aligned(std::size_t floats) { return (floats + 15) / 16 * 16; }

// Layout of a work item's scratch. The scratch contains rows of the output of each convolution
// except the last. `offsets` says where each output's rows begin, and `end` where the last of them
// ends, in floats.
struct Places {
  std::vector<std::size_t> offsets;
  std::size_t end = 0;
};

Places places_of(const std::vector<ConvOp>& convs, int rows) {
  Places places;
  places.offsets.resize(convs.size() - 1);
  for (std::size_t i = convs.size() - 1; i > 0; --i) {
    const kernels::ConvSpec& spec = convs[i].layer->plan().spec;
    const kernels::ConvGeometry& g = convs[i].geometry;
    rows = std::min((rows - 1) * spec.stride + spec.kernel_h, g.in_h);
    places.offsets[i - 1] = places.end;
    places.end += aligned(static_cast<std::size_t>(rows) * static_cast<std::size_t>(g.in_w) *
                          static_cast<std::size_t>(spec.in_c));
  }
  return places;
}

}  // namespace

bool Lowering::is_fused(std::size_t id, const ConvOp& op) const {
  const Node* reader = only_reader(id);
  if (!options_.fuse || reader == nullptr || reader->kind != NodeKind::conv || is_output(id) ||
      slices_[id].concat || op.moments != BufferId::none || !op.input.is_plain()) {
    return false;
  }
  const Node* next = only_reader(at(readers_[id].front()));
  if (next != nullptr && next->kind == NodeKind::instance_norm) return false;
  const kernels::ConvSpec& spec = op.layer->plan().spec;
  const kernels::ConvSpec& reader_spec = reader->layer->plan().spec;
  const std::size_t bytes = tensor_bytes(id);
  if (is_pointwise(spec)) return reader_spec.depthwise && bytes >= options_.expanded_bytes;
  return spec.depthwise && is_pointwise(reader_spec) && bytes >= options_.filtered_bytes;
}

void Lowering::emit_fused(ConvSequence chain) {
  FusedConvsOp op{};
  std::size_t scratch = 0;
  std::uint64_t mac = 0;
  for (std::size_t i = 0; i < chain.size(); ++i) {
    PlannedConv& pass = chain[i];
    count_layer(pass);
    if (i > 0) pass.op.input = {};
    extend_lifetime(pass.op.bias_floor);
    scratch = std::max(scratch, pass.op.blocking.scratch_floats);
    mac += multiply_adds(pass.op, {0, pass.op.geometry.out_h});
    widen_blocks(pass.op);
    op.convs.push_back(pass.op);
  }
  const ConvOp& last = op.convs.back();
  const int h = last.geometry.out_h;
  op.rows_per_item = 1;
  while (places_of(op.convs, op.rows_per_item + 1).end <= kMostFloats &&
         (op.rows_per_item + 1) * kFewestItems <= h) {
    ++op.rows_per_item;
  }
  const Places places = places_of(op.convs, op.rows_per_item);
  op.offsets = places.offsets;
  op.rows_floats = places.end;
  program_.scratch_floats = std::max(program_.scratch_floats, op.rows_floats + scratch);
  extend_lifetime(op.convs.front().input);
  extend_lifetime(last.skip.buffer);
  extend_lifetime(last.output.buffer);
  const Operand output = last.output;
  const int items = (h + op.rows_per_item - 1) / op.rows_per_item;
  append_step({std::move(op), node(chain.back().node).name, output, items, mac});
}

}  // namespace nst
