// Lowering: from a graph to a program. This class is implemented in five files:
//
//   lowering.cpp          the nodes, except convolutions
//   lowering_conv.cpp     convolutions
//   lowering_centred.cpp  the constants that centred values deviate from
//   lowering_fused.cpp    several convolutions as one step
//   lowering_strips.cpp   steps that run in strips of rows
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "graph/program.hpp"

namespace nst {

class Lowering {
 public:
  Lowering(const Graph& graph, const kernels::Table& table, const LoweringOptions& options);
  Program run();

 private:
  // The slice of a concatenation that a branch writes directly: the concat node, and the first
  // channel.
  struct Slice {
    std::optional<std::size_t> concat;
    int channel = 0;
  };
  // A planned convolution that is not yet a step, and the node whose value it makes.
  struct PlannedConv {
    ConvOp op;
    std::size_t node;
  };
  using ConvSequence = std::vector<PlannedConv>;

  static std::size_t at(int id) { return static_cast<std::size_t>(id); }
  const Node& node(std::size_t id) const { return graph_.nodes()[id]; }
  bool is_output(std::size_t id) const { return at(graph_.output()) == id; }
  // Returns true if a convolution can apply this activation while reading (kernels::ConvInput).
  static bool is_formed_by_convs(kernels::Activation act) {
    return act == kernels::Activation::none || act == kernels::Activation::relu;
  }
  // Returns the node that reads node `id`, or null unless there is exactly one.
  const Node* only_reader(std::size_t id) const;

  void claim_slices(std::size_t concat);

  BufferId new_buffer(std::size_t floats);
  Operand new_tensor(const Shape& shape);
  // Returns the caller's output memory as an operand.
  Operand output_operand(const Shape& shape);
  // Returns where node `id` writes its value: the caller's memory, its slice of a concatenation, or
  // a new tensor.
  Operand destination(std::size_t id);

  // Extends a buffer's lifetime to the step that is appended next.
  void extend_lifetime(BufferId buffer);
  void extend_lifetime(const FormedOperand& operand);
  void append_step(Step step);

  void emit_affine(const FormedOperand& input, const Operand& output, Rows rows,
                   const std::string& name);
  // Appends the step that hands a value to the caller, a few rows per item
  // (LoweringOptions::output_rows).
  void emit_output_rows(std::size_t id);
  // Stores a deferred value as a tensor, so that every kind of step can read it.
  const FormedOperand& materialise(std::size_t id);

  void lower_node(std::size_t id);
  void lower_pool(std::size_t id);
  void lower_norm(std::size_t id);
  void lower_add(std::size_t id);
  void lower_concat(std::size_t id);
  void lower_mean(std::size_t id);
  void finish();

  // Functions in lowering_conv.cpp:

  // Convolutions that must run together with a convolution, because its input does not exist whole.
  struct Before {
    ConvSequence fused;   // layers computed in the same step
    ConvSequence strips;  // layers computed in strips before the convolution
  };
  // Where a convolution's output is stored.
  enum class Storage {
    scratch,       // in a thread's scratch: fused with its reader into one step
    end_of_fused,  // in a tensor: the last convolution of a fused step
    strips,        // computed some rows at a time, together with its reader
    in_place,      // computed over the convolution's own input
    tensor         // a new tensor, the caller's memory or a slice of a concatenation
  };
  void lower_conv(std::size_t id);
  // Returns the convolution of node `id` without output and moments. Stores the input first if the
  // convolution cannot apply its deferred form.
  ConvOp conv_op(std::size_t id);
  // Adds a buffer for the moments of node `id`'s output if an instance norm reads that output.
  void add_moments(std::size_t id, ConvOp& op);
  // Chooses the storage of node `id`'s output; the first rule that applies wins.
  Storage storage_of(std::size_t id, const ConvOp& op, const Before& before) const;
  void store_in_strips(std::size_t id, ConvOp op, ConvSequence strips);
  void store_whole(std::size_t id, ConvOp op, Before before, Storage storage);
  // Returns the sum that node `id`'s convolution can add in its epilogue, if any. The sum must be
  // its only reader, and the other term must exist already.
  std::optional<std::size_t> fusable_sum(std::size_t id) const;
  static std::size_t other_side(const Node& sum, std::size_t id);
  // Returns the operand as a plain value, without any deferred operation.
  static FormedOperand stored(const Operand& operand) {
    return {operand, BufferId::none, kernels::Activation::none, {}};
  }

  // Functions in lowering_centred.cpp:

  void lower_input(std::size_t id);
  // Returns a centred value's offsets, which add up. Appends the steps that compute missing ones.
  const std::vector<Offset>& offsets_of(std::size_t id);
  // Keeps a value's offsets alive for an observer if steps are not fused. Called before the value's
  // last step is appended.
  void keep_offsets(std::size_t id);
  // Records in the last step how its result, the value of node `id`, is stored.
  void describe_result(std::size_t id);

  // Functions in lowering_fused.cpp:

  // Returns true if node `id`, computed by `op`, becomes one step with its reader.
  bool is_fused(std::size_t id, const ConvOp& op) const;
  void emit_fused(ConvSequence chain);

  // Functions in lowering_strips.cpp:

  // Returns true if one convolution alone reads node `id`, without a norm between, and its output
  // is large enough to exist in strips only.
  bool is_streamed(std::size_t id) const;
  // Returns true if node `id` is the normalised convolution that MemoryMode::rematerialise runs
  // twice.
  bool is_recomputed(std::size_t id) const;
  // Returns true if later steps may overwrite this buffer. False if the buffer must survive for the
  // next run of the style-dependent steps (LoweringOptions::keep_encoder).
  bool may_change(BufferId buffer) const;
  // Returns true if node `id`'s output may overwrite the input of `op`.
  bool may_overwrite(std::size_t id, const ConvOp& op) const;
  // Emits a sequence of convolutions in strips. The last output is stored whole, all others exist
  // in strips only. With `discards` the last output is in strips too, because only its moments are
  // wanted.
  void emit_sequence(ConvSequence chain, bool discards);
  // Emits a convolution whose output overwrites its input, and returns the output.
  Operand emit_overwriting(PlannedConv pass);
  void emit_strip(const PlannedConv& pass, const Strip& strip);
  // Emits a copy of rows that the next strip needs too, to their place in the buffer's new row
  // range.
  void emit_move(const Operand& from, const Operand& to, Rows rows);
  void count_layer(const PlannedConv& pass);
  static bool is_shared_by_area(const ConvOp& op);
  // Returns the multiply-accumulates of some output rows.
  static std::uint64_t multiply_adds(const ConvOp& op, Rows rows);
  std::size_t tensor_bytes(std::size_t id) const;

  const Graph& graph_;
  LoweringOptions options_;
  Program program_;
  std::vector<std::vector<int>> readers_;
  std::vector<FormedOperand> values_;         // the nodes' values; x is missing if not lowered
  std::vector<std::vector<Offset>> offsets_;  // the nodes' offsets; empty if not needed so far
  std::vector<Slice> slices_;
  std::map<std::size_t, Operand> concat_tensors_;  // the tensor of each concat node
  std::map<std::size_t, std::pair<BufferId, kernels::ConvBlocking>>
      moments_;  // buffer and blocking of the moments by convolution node
  // By node: the convolutions that make a value which exists in strips only. They run with its
  // reader.
  std::map<std::size_t, ConvSequence> streamed_;
  // By node: the convolutions that become one step with its reader.
  std::map<std::size_t, ConvSequence> fused_;
  std::set<const PackedConv*> layers_seen_;
  std::set<std::size_t> counted_;       // nodes whose multiplications are counted in program_.mac
  std::size_t largest_normalised_ = 0;  // size of the largest normalised tensor in bytes
  bool style_seen_ = false;
};

}  // namespace nst
