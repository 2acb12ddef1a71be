// Lowering: turns a graph into a program. This class is implemented in five files:
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
  // The slice of a concatenation into which a branch writes its result: the concat node, and the
  // slice's first channel.
  struct Slice {
    std::optional<std::size_t> concat;
    int channel = 0;
  };
  // A convolution that is planned but not yet a step, and the node whose value it computes.
  struct PlannedConv {
    ConvOp op;
    std::size_t node;
  };
  using ConvSequence = std::vector<PlannedConv>;

  static std::size_t at(int id) { return static_cast<std::size_t>(id); }
  const Node& node(std::size_t id) const { return graph_.nodes()[id]; }
  bool is_output(std::size_t id) const { return at(graph_.output()) == id; }
  // Returns true if convolutions can apply this activation to their input while reading
  // (kernels::ConvInput).
  static bool is_formed_by_convs(kernels::Activation act) {
    return act == kernels::Activation::none || act == kernels::Activation::relu;
  }
  // Returns the only node that reads node `id`. Returns null if no node or several nodes read it.
  const Node* only_reader(std::size_t id) const;

  void claim_slices(std::size_t concat);

  BufferId new_buffer(std::size_t floats);
  Operand new_tensor(const Shape& shape);
  // Returns the caller's output memory as an operand.
  Operand output_operand(const Shape& shape);
  // Returns the operand to which node `id` writes its value: the caller's memory, a slice of a
  // concatenation, or a new tensor.
  Operand destination(std::size_t id);

  // Keeps a buffer alive until the step that is appended next. Only after this step may another
  // buffer use its memory.
  void extend_lifetime(BufferId buffer);
  void extend_lifetime(const FormedOperand& operand);
  void append_step(Step step);

  void emit_affine(const FormedOperand& input, const Operand& output, Rows rows,
                   const std::string& name);
  // Appends the step that hands the output's rows to the caller, a few rows per work item
  // (LoweringOptions::output_rows).
  void emit_output_rows(std::size_t id);
  // Applies the deferred operations of node `id`'s value (scale, shift, activation, sum) in a step
  // of their own. Returns the stored tensor. Pools and means need this, because they cannot apply
  // such operations while reading. Convolutions can.
  const FormedOperand& materialise(std::size_t id);

  void lower_node(std::size_t id);
  void lower_pool(std::size_t id);
  void lower_norm(std::size_t id);
  void lower_add(std::size_t id);
  void lower_concat(std::size_t id);
  void lower_mean(std::size_t id);
  void finish();

  // The functions in lowering_conv.cpp:

  // Convolutions that compute the input of a later convolution. They must run together with the
  // later one, because their output is never stored as a whole.
  struct Before {
    ConvSequence fused;  // convolutions that run in the same fused step as the later one
    // Convolutions that run strip by strip: each computes the rows that the later one's next strip
    // reads, just before this strip.
    ConvSequence strips;
  };
  // Where a convolution's output is stored.
  enum class Storage {
    scratch,       // the output stays in a thread's scratch, for a reader in the same fused step
    end_of_fused,  // the output is stored as a whole, unlike the fused step's earlier outputs
    strips,        // the output exists only in strips, each made just before its reader needs it
    in_place,      // the output overwrites the convolution's own input
    tensor         // the output is stored in a new tensor, the caller's memory or a concatenation
  };
  void lower_conv(std::size_t id);
  // Plans the convolution of node `id`, except its output and moments, which are set later. A
  // convolution can apply the deferred operations of its input (scale, shift, relu, sum) while it
  // reads the input. If that is impossible or costs memory, appends a step that stores the input as
  // a plain tensor.
  ConvOp conv_op(std::size_t id);
  // Adds a buffer for the moments of node `id`'s output if an instance norm reads that output.
  void add_moments(std::size_t id, ConvOp& op);
  // Chooses where to store the output of node `id`.
  Storage storage_of(std::size_t id, const ConvOp& op, const Before& before) const;
  void store_in_strips(std::size_t id, ConvOp op, ConvSequence strips);
  void store_whole(std::size_t id, ConvOp op, Before before, Storage storage);
  // Returns the addition that the convolution of node `id` can do in its epilogue, if there is one.
  // This add node must be the only reader of node `id`, and its other term must already be
  // computed.
  std::optional<std::size_t> fusable_sum(std::size_t id) const;
  static std::size_t other_side(const Node& sum, std::size_t id);
  // Returns the operand as a plain value, on which no operation is deferred.
  static FormedOperand stored(const Operand& operand) {
    return {operand, BufferId::none, kernels::Activation::none, {}};
  }

  // The functions in lowering_centred.cpp:

  void lower_input(std::size_t id);
  // Returns the offsets of node `id`, whose value is stored as deviations: stored = value + the sum
  // of these offsets. Appends the steps that compute missing offsets.
  const std::vector<Offset>& offsets_of(std::size_t id);
  // Keeps the offsets of node `id` in memory until the next step has run, so that tests can read
  // them then. Must be called before the last step of the value is appended. Does nothing if steps
  // are fused: tests that read offsets turn fusing off.
  void keep_offsets(std::size_t id);
  // Records how the result of node `id` is stored (its offsets, and whether it is scaled) in the
  // step that was appended last. That step must have completed the node's value.
  void describe_result(std::size_t id);

  // The functions in lowering_fused.cpp:

  // Returns true if node `id` and its reader become one step. `op` is the node's convolution.
  bool is_fused(std::size_t id, const ConvOp& op) const;
  void emit_fused(ConvSequence chain);

  // The functions in lowering_strips.cpp:

  // Returns true if the output of node `id` can be computed in strips and never stored whole. The
  // output must be large, and only one node may read it: a convolution.
  bool is_streamed(std::size_t id) const;
  // Returns true if node `id` is the convolution that runs twice in MemoryMode::rematerialise. It
  // is the one with the largest output among the convolutions that an instance norm follows.
  bool is_recomputed(std::size_t id) const;
  // Returns true if later steps may overwrite this buffer. Returns false if the buffer is not in
  // the arena. Also returns false if the style-dependent steps will read it again in their next run
  // (LoweringOptions::keep_encoder).
  bool may_change(BufferId buffer) const;
  // Returns true if node `id`'s output may overwrite the input of `op`.
  bool may_overwrite(std::size_t id, const ConvOp& op) const;
  // Emits a sequence of convolutions in strips. All outputs but the last exist only in strips. The
  // last is stored as a whole. If `discards` is true, not even the last is stored: only its moments
  // are needed.
  void emit_sequence(ConvSequence chain, bool discards);
  // Emits a convolution in strips whose output overwrites its input. Returns the output.
  Operand emit_overwriting(PlannedConv pass);
  void emit_strip(const PlannedConv& pass, const Strip& strip);
  // Emits a step that moves `rows` to another place in the buffer, where the next strip reads them
  // again.
  void emit_move(const Operand& from, const Operand& to, Rows rows);
  void count_layer(const PlannedConv& pass);
  static bool is_shared_by_area(const ConvOp& op);
  // Returns the number of multiply-accumulates for the given output rows of a convolution.
  static std::uint64_t multiply_adds(const ConvOp& op, Rows rows);
  std::size_t tensor_bytes(std::size_t id) const;

  const Graph& graph_;
  LoweringOptions options_;
  Program program_;
  std::vector<std::vector<int>> readers_;
  std::vector<FormedOperand> values_;  // value of each node; `x` is unset until the node is lowered
  // The offsets of each node. Empty if no step has needed them yet.
  std::vector<std::vector<Offset>> offsets_;
  std::vector<Slice> slices_;
  std::map<std::size_t, Operand> concat_tensors_;  // tensor of each concat node
  // Maps a convolution's node to the buffer with its output's moments, and to the blocking of these
  // moments.
  std::map<std::size_t, std::pair<BufferId, kernels::ConvBlocking>> moments_;
  // Maps a node to the planned convolutions that compute its value in strips. They are emitted
  // together with the node's reader.
  std::map<std::size_t, ConvSequence> streamed_;
  // Maps a node to the planned convolutions that will be fused with the node's reader into one
  // step.
  std::map<std::size_t, ConvSequence> fused_;
  std::set<const PackedConv*> layers_seen_;
  // Convolutions whose multiply-accumulates program_.mac already contains. A convolution that runs
  // in strips or twice counts once.
  std::set<std::size_t> counted_;
  std::size_t largest_normalised_ = 0;  // bytes of the largest output of an instance norm
  bool style_seen_ = false;
};

}  // namespace nst
