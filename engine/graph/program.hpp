// Program: a graph lowered to kernel calls. It lists the steps in order and gives every buffer its
// place in memory. A program never changes.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "graph/graph.hpp"
#include "graph/memory_plan.hpp"
#include "graph/strips.hpp"
#include "weights/packed_conv.hpp"

namespace nst {

// Says where a step finds a tensor or a table of numbers. A value from 0 on means a buffer of the
// arena; it is the index in Program::buffers. The other values are listed here.
enum class BufferId : int {
  none = -1,
  output = -2,       // memory of the caller for the whole output; each run may have a different one
  strips = -3,       // used only during lowering: a tensor that will never be stored whole
  output_rows = -4,  // the output, which the caller receives row by row
};

constexpr bool is_in_arena(BufferId buffer) { return static_cast<int>(buffer) >= 0; }
// Returns the index in Program::buffers for a buffer of the arena.
constexpr std::size_t index_of(BufferId buffer) { return static_cast<std::size_t>(buffer); }

// A tensor in a buffer, a slice of the tensor's channels, or some of its rows.
struct Operand {
  BufferId buffer = BufferId::none;
  Shape shape;                        // shape of the whole tensor
  std::ptrdiff_t pixel_stride = 0;    // floats from a pixel to the next one in its row
  std::ptrdiff_t channel_offset = 0;  // floats of a pixel before its first channel
  int first_row = 0;                  // index of the first row that the buffer contains

  bool exists() const { return buffer != BufferId::none; }
};

// The offset of a centred tensor (Graph::centred_input): stored = value + offset[channel]. The
// offset is minus the constant that the channel's values deviate from. A buffer contains the
// offsets of all channels as floats [c].
struct Offset {
  BufferId buffer = BufferId::none;
  std::size_t place = 0;  // where the offsets begin in the buffer, in floats
  // true: the tensor is stored as value · factor + offset[channel], with CentreOp's factor. The
  // stored offset is multiplied by the factor too.
  bool is_scaled = false;
};

// A tensor in the form its reader uses: act(x · scale + shift) + residual (kernels::ConvInput).
struct FormedOperand {
  Operand x;
  BufferId scale_shift = BufferId::none;  // buffer [3][c]: scale, shift, lower limit of the relu
  kernels::Activation act = kernels::Activation::none;
  Operand residual;
  // true: `residual` is stored multiplied by CentreOp's factor, and x is not. So the reader divides
  // `residual` by the factor before it adds it.
  bool is_residual_scaled = false;

  bool is_plain() const { return scale_shift == BufferId::none && !residual.exists(); }
};

// The areas [first, first + count) of a blocking. An area is a spatial block: some pixels with all
// their channels.
struct AreaRange {
  int first = 0, count = 0;
};

struct ConvOp {
  const PackedConv* layer;
  kernels::ConvGeometry geometry;
  kernels::ConvBlocking blocking;
  FormedOperand input;
  Operand formed;  // stores the input after the prologue, if later steps read it too
  kernels::Activation act;
  Operand skip;
  Operand output;
  // true: the convolution reads deviations. Then it adds the bias in bias_floor instead of the
  // layer's own, or none if there is no bias_floor.
  bool is_centred = false;
  // Buffer with the bias and the floor that OffsetOp computes for a relu on deviations.
  BufferId bias_floor = BufferId::none;
  // Buffer [spatial blocks][2][out_c] for the moments of the output. none: no norm needs them.
  BufferId moments = BufferId::none;
  AreaRange areas;  // spatial blocks of this step: all, or those of a strip
  // Order of the work items. true: all channel groups of an area (spatial block), then the next
  // area. false: all areas of a channel group, then the next group.
  bool by_area = false;
};

inline StripLayer strip_layer(const ConvOp& op) {
  return {op.layer->plan().spec, op.geometry, op.blocking};
}

// Several consecutive convolutions as one step. Each output except the last is read by the next
// convolution only. A work item of the step computes some rows of the last output. Before that, it
// computes those rows of the other outputs that are needed for them, in the thread's scratch. So
// only the first convolution has an input operand, and only the last has an output operand.
struct FusedConvsOp {
  static constexpr std::size_t kMostConvs = 3;
  std::vector<ConvOp> convs;  // in the order in which they run; each has its own blocking
  // Where the output of each convolution but the last begins in the thread's scratch, in floats.
  std::vector<std::size_t> offsets;
  // Number of floats that the rows of all outputs but the last take in scratch. The scratch of the
  // kernels begins there.
  std::size_t rows_floats;
  int rows_per_item;
};

struct PoolOp {
  kernels::PoolKind kind;
  int kernel, stride;
  kernels::ConvGeometry geometry;
  Operand input, output;
  int block_h;
};

// Merges the moments of all spatial blocks of a convolution into the scale and shift of an instance
// norm: scale = γ·rsqrt(σ²+ε) and shift = β − μ·scale + offset. If the norm's output is not
// centred, the offset is 0. Otherwise it is −act(β), where act is the norm's activation. For a
// picture of one colour, the norm's output is act(β) everywhere, so this is the constant that its
// values deviate from.
struct NormOp {
  BufferId moments;
  Shape shape;
  kernels::ConvBlocking blocking;
  std::size_t gamma, beta;
  kernels::Activation act;
  bool is_centred;
  // true: the norm's input is stored multiplied by CentreOp's factor. Then ε is multiplied by the
  // factor's square, so that the norm's result is the same.
  bool is_scaled;
  BufferId scale_shift;
};

// Chooses one factor, and an offset for each channel, from the picture's pixels. The network's
// input, picture · factor + offset, contains deviations. Steps that read the picture apply both.
struct CentreOp {
  Operand picture;
  BufferId scale_shift;  // buffer [2][c]: the factor, c times; then the c offsets
};

// Computes the bias and the floor (the relu's lower limit) of a convolution whose input and output
// are stored as deviations.
//
// Let c be the layer's output, bias included, if its input is the constant that the deviations are
// measured from. Let d be the convolution of the deviations, without bias. The output is stored as
// act(c + d) − act(c). With relu this is max(d + bias, floor), where bias = min(c, 0) and floor =
// −max(c, 0). The floor is also the output's offset.
struct OffsetOp {
  const PackedConv* layer;
  std::vector<Offset> input;  // the input's offset is the sum of these
  kernels::Activation act;    // activation after the convolution: relu or none
  // true: the convolution's input is multiplied by CentreOp's factor. So its output is too, and
  // bias and floor must be.
  bool is_scaled;
  BufferId bias_floor;  // buffer [2][out_c]: the biases, then the floors
};

struct AffineOp {
  FormedOperand input;
  Operand output;
  Rows rows;
  int rows_per_item;
};

struct MeanOp {
  Operand input, output;
  int channels_per_item;
};

// Computes nothing. Follows the steps that each compute a part of a concatenation. The name and the
// result of this step are those of the whole concatenation.
struct CompleteOp {};

struct Step {
  std::variant<ConvOp, FusedConvsOp, PoolOp, NormOp, CentreOp, OffsetOp, AffineOp, MeanOp,
               CompleteOp>
      op;
  std::string name;  // name of the value that this step completes; empty if it completes none
  Operand result;
  int items = 1;  // number of work items, which may run in any order
  std::uint64_t mac = 0;
  // For tests only: the offsets of a centred result, and whether the result is multiplied by
  // CentreOp's factor. Both are set only if LoweringOptions::fuse is false and `name` is not empty.
  std::vector<Offset> offsets = {};
  bool is_scaled = false;
};

// How much time may be spent to save memory. The output has the same bytes in every mode.
enum class MemoryMode {
  // Tensors are stored whole, except large tensors between two convolutions: those are made in
  // strips.
  fastest,
  // As `fastest`, but convolutions overwrite their input, strip after strip, and sums are computed
  // in place. Costs almost no time.
  in_place,
  // As `in_place`, but the largest normalised tensor is never stored. The convolution that makes it
  // runs twice: first for the tensor's moments, then to give the tensor to its reader, strip by
  // strip.
  rematerialise
};

struct LoweringOptions {
  MemoryMode memory_mode = MemoryMode::fastest;
  // Bytes of a strip, for tensors between the convolutions of a sequence. A strip is much larger
  // than the rows that two strips share, and much smaller than a whole tensor.
  std::size_t strip_bytes = std::size_t{24} << 20;
  // Smallest tensors, in bytes, that a fused step keeps in its scratch. Smaller ones are stored.
  //
  // - expanded_bytes: the tensor between a 1x1 and a depthwise convolution. A fused step computes
  //   some of its rows twice, which pays if the tensor is larger than several L2 caches.
  // - filtered_bytes: the tensor between a depthwise and a 1x1 convolution. A fused step computes
  //   no row of it twice.
  std::size_t expanded_bytes = std::size_t{4} << 20;
  std::size_t filtered_bytes = std::size_t{1} << 20;
  // false: operations are not fused, and every value is stored, so that tests can inspect it.
  bool fuse = true;
  // true: the results of the style-independent steps are kept. The style-dependent steps can then
  // run again.
  bool keep_encoder = false;
  // true: the caller receives the output row by row (Execution::RowSink), while the rows are in the
  // caches.
  bool output_rows = false;
  // true: the step that makes output_rows may have its input in the caller's output memory, which
  // makes the arena smaller. false: this input is always in the arena.
  bool rows_from_caller = false;
};

struct Program {
  std::vector<Step> steps;
  std::vector<Lifetime> buffers;
  MemoryPlan memory;
  Operand input;
  BufferId input_centre = BufferId::none;  // buffer of the CentreOp: factor and offsets
  Shape output_shape;
  bool needs_output = false;       // true: the caller must give RunArgs::output, of output_shape
  int first_style_step = 0;        // first step that depends on the style
  std::size_t scratch_floats = 0;  // scratch of one thread, in floats
  std::size_t weight_bytes = 0;    // bytes of all packed weights; a layer used twice counts once
  std::uint64_t mac = 0;
  const kernels::Table* table = nullptr;

  int step_count() const { return static_cast<int>(steps.size()); }
};

// Lowers a graph to a program: decides which operations are fused, which buffers exist and where
// they lie. The graph's layers must outlive the program.
Program lower(const Graph& graph, const kernels::Table& table, const LoweringOptions& options);

// Returns how many programs this process has lowered; for tests. One lowering takes about as long
// as painting a few hundred pixels.
std::uint64_t lowering_count();

}  // namespace nst
