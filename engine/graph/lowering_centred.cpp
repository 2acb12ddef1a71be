// Computes the offsets of a network that stores its tensors as deviations (Graph::centred_input). A
// channel's offset is minus the constant from which the channel's values deviate. How the offset is
// computed depends on the node that makes the tensor:
//
// - instance norm: the norm's own step stores the offset −act(β), where β is the norm's shift and
//   act its activation.
// - convolution: a separate step (OffsetOp) computes the offset, but only if something needs it:
//   the convolution's own relu, a later OffsetOp, or a test (Execution::Observer).
// - sum: the offset is the sum of the offsets of the two terms. No step adds them: a sum has a list
//   of offsets, and whoever uses them adds them.
#include "graph/lowering.hpp"

namespace nst {

void Lowering::lower_input(std::size_t id) {
  const Shape& shape = node(id).shape;
  program_.input = new_tensor(shape);
  values_[id].x = program_.input;
  if (!node(id).is_centred) return;
  const BufferId centre = new_buffer(2 * at(shape.c));
  extend_lifetime(program_.input.buffer);
  append_step({CentreOp{program_.input, centre}, "", {}, 1, 0});
  program_.input_centre = centre;
  values_[id].scale_shift = centre;
  offsets_[id] = {{centre, at(shape.c), true}};
}

const std::vector<Offset>& Lowering::offsets_of(std::size_t id) {
  std::vector<Offset>& offsets = offsets_[id];
  if (!node(id).is_centred || !offsets.empty()) return offsets;
  if (node(id).kind == NodeKind::conv) {
    const std::vector<Offset>& input = offsets_of(at(node(id).inputs[0]));
    const std::size_t channels = at(node(id).shape.c);
    const BufferId buffer = new_buffer(2 * channels);
    for (const Offset& offset : input) extend_lifetime(offset.buffer);
    const bool is_scaled = node(id).is_scaled;
    append_step({OffsetOp{node(id).layer, input, node(id).act, is_scaled, buffer}, "", {}, 1, 0});
    offsets = {{buffer, channels, is_scaled}};
  } else if (node(id).kind == NodeKind::add) {
    for (const int input : node(id).inputs) {
      const std::vector<Offset>& part = offsets_of(at(input));
      offsets.insert(offsets.end(), part.begin(), part.end());
    }
  }
  return offsets;
}

void Lowering::keep_offsets(std::size_t id) {
  if (options_.fuse || node(id).name.empty()) return;
  for (const Offset& offset : offsets_of(id)) extend_lifetime(offset.buffer);
}

void Lowering::describe_result(std::size_t id) {
  if (options_.fuse || node(id).name.empty()) return;
  program_.steps.back().offsets = offsets_of(id);
  program_.steps.back().is_scaled = node(id).is_scaled;
}

}  // namespace nst
