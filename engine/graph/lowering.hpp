// From a graph to a program: what lowering.cpp (nodes), lowering_centred.cpp (constants that values
// deviate from), lowering_fused.cpp (convolutions as one step) and lowering_strips.cpp (steps in
// strips) share.
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
  // A branch of a concatenation that can write its slice itself.
  struct Slice {
    int concat = -1;
    int channel = 0;
  };
  // A convolution as a step, but for its place among the steps; and the value it makes.
  struct PlannedConv {
    ConvOp op;
    std::size_t node;
  };
  using ConvSequence = std::vector<PlannedConv>;

  static std::size_t at(int id) { return static_cast<std::size_t>(id); }
  const Node& node(std::size_t id) const { return graph_.nodes()[id]; }
  bool is_output(std::size_t id) const { return at(graph_.output()) == id; }
  // Can a convolution apply it to what it reads (kernels::ConvInput)?
  static bool is_formed_by_convs(kernels::Activation act) {
    return act == kernels::Activation::none || act == kernels::Activation::relu;
  }
  // The only node that reads this one, or null.
  const Node* only_reader(std::size_t id) const;

  void claim_slices(std::size_t concat);

  int new_buffer(std::size_t floats);
  Operand new_tensor(const Shape& shape);
  // The caller's memory.
  Operand output_operand(const Shape& shape);
  // Where node `id` writes its value: the caller's memory, its slice of a concatenation, or a
  // tensor of its own.
  Operand destination(std::size_t id);

  // Extends a buffer's life to the step that is pushed next.
  void extend_lifetime(int buffer);
  void extend_lifetime(const FormedOperand& operand);
  void append_step(Step step);

  void emit_affine(const FormedOperand& input, const Operand& output, Rows rows,
                   const std::string& name);
  // Hands a value to the caller, a few rows an item (LoweringOptions::output_rows).
  void emit_output_rows(std::size_t id);
  // Stores a deferred value so that anything can read it.
  const FormedOperand& materialise(std::size_t id);

  void lower_node(std::size_t id);
  void lower_pool(std::size_t id);
  void lower_norm(std::size_t id);
  void lower_add(std::size_t id);
  void lower_concat(std::size_t id);
  void lower_mean(std::size_t id);
  void finish();

  // lowering_conv.cpp

  // The convolutions that run with one, because what it reads does not exist whole.
  struct Before {
    ConvSequence fused;   // of the same step
    ConvSequence strips;  // in strips, before it
  };
  // Where a convolution's output is stored.
  enum class Storage {
    scratch,       // in a thread's scratch, as a part of one step with its reader
    end_of_fused,  // in a tensor, as the last of such a step
    strips,        // some rows at a time, with its reader
    in_place,      // over what the convolution reads
    tensor         // in a tensor of its own, the caller's memory or a slice of a concatenation
  };
  void lower_conv(std::size_t id);
  // What node `id` computes, but for its output and moments. Stores what it can't form as it reads.
  ConvOp conv_op(std::size_t id);
  // A buffer for the moments of node `id`'s output, if an instance norm reads it.
  void add_moments(std::size_t id, ConvOp& op);
  // The rules, in order.
  Storage storage_of(std::size_t id, const ConvOp& op, const Before& before) const;
  void store_in_strips(std::size_t id, ConvOp op, ConvSequence strips);
  void store_whole(std::size_t id, ConvOp op, Before before, Storage storage);
  // The sum that node `id`'s convolution can add in its epilogue: its only reader, whose other side
  // exists.
  std::optional<std::size_t> fusable_sum(std::size_t id) const;
  static std::size_t other_side(const Node& sum, std::size_t id);
  // A value that is stored as it is.
  static FormedOperand stored(const Operand& operand) {
    return {operand, kNoBuffer, kernels::Activation::none, {}};
  }

  // lowering_centred.cpp

  void lower_input(std::size_t id);
  // A centred value's offsets, computed by steps before the next one; they add up.
  const std::vector<Offset>& offsets_of(std::size_t id);
  // Keeps a value's offsets for whoever inspects it, where steps are not fused; called before its
  // last step is pushed.
  void keep_offsets(std::size_t id);
  // Says on the last step how its result, node `id`, is kept.
  void describe_result(std::size_t id);

  // lowering_fused.cpp

  // Does node `id`, computed by `op`, belong to one step with its reader?
  bool is_fused(std::size_t id, const ConvOp& op) const;
  void emit_fused(ConvSequence chain);

  // lowering_strips.cpp

  // Is node `id`'s output needed by one convolution alone, as it is, and large enough to exist in
  // strips only?
  bool is_streamed(std::size_t id) const;
  // Is it the normalised convolution that MemoryMode::rematerialise runs twice?
  bool is_recomputed(std::size_t id) const;
  // Is this buffer free to be written by a later step? Not if it outlives a run of the rest of the
  // program (LoweringOptions::keep_encoder).
  bool may_change(int buffer) const;
  // May node `id`'s output overwrite what `op` reads?
  bool may_overwrite(std::size_t id, const ConvOp& op) const;
  // A chain whose last output is stored whole, unless `discards` it (its moments are all that is
  // wanted). Every other output exists in strips.
  void emit_sequence(ConvSequence chain, bool discards);
  // A pass whose output overwrites its input; returns where the output lies.
  Operand emit_overwriting(PlannedConv pass);
  void emit_strip(const PlannedConv& pass, const Strip& strip);
  // Rows of a strip that the next one needs too, to where the buffer's new first row puts them.
  void emit_move(const Operand& from, const Operand& to, Rows rows);
  void count_layer(const PlannedConv& pass);
  static bool is_shared_by_area(const ConvOp& op);
  // Of some output rows.
  static std::uint64_t multiply_adds(const ConvOp& op, Rows rows);
  std::size_t tensor_bytes(std::size_t id) const;

  const Graph& graph_;
  LoweringOptions options_;
  Program program_;
  std::vector<std::vector<int>> readers_;
  std::vector<FormedOperand> values_;         // by node; x missing: not lowered yet
  std::vector<std::vector<Offset>> offsets_;  // by node; empty: not centred or not asked for yet
  std::vector<Slice> slices_;
  std::map<std::size_t, Operand> concat_tensors_;  // concat node → its tensor
  std::map<std::size_t, std::pair<int, kernels::ConvBlocking>> moments_;  // conv node → buffer
  // By node: the passes that make a value which exists in strips only, to be run with its reader.
  std::map<std::size_t, ConvSequence> streamed_;
  std::map<std::size_t, ConvSequence> fused_;  // by node: what is to be one step with its reader
  std::set<const ConvLayer*> layers_seen_;
  std::set<std::size_t> counted_;       // nodes whose multiplies are in program_.mac
  std::size_t largest_normalised_ = 0;  // bytes
  bool style_seen_ = false;
};

}  // namespace nst
