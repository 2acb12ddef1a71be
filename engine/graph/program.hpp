// A graph lowered to kernel calls, with a place for every buffer: the steps in order, and their
// memory. Immutable.
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

// The place of a step's tensor or table of numbers: a buffer of the arena, by its index in
// Program::buffers, or one of these values.
enum class BufferId : int {
  none = -1,
  output = -2,       // the caller's output memory, dense, given for each run
  strips = -3,       // only during lowering: made in strips
  output_rows = -4,  // finished rows, handed to the caller as they are made
};

constexpr bool is_in_arena(BufferId buffer) { return static_cast<int>(buffer) >= 0; }
// Returns the index in Program::buffers of a buffer of the arena.
constexpr std::size_t index_of(BufferId buffer) { return static_cast<std::size_t>(buffer); }

// A tensor in a buffer, or a slice of its channels, or some of its rows.
struct Operand {
  BufferId buffer = BufferId::none;
  Shape shape;                        // shape of the whole tensor
  std::ptrdiff_t pixel_stride = 0;    // floats between two pixels
  std::ptrdiff_t channel_offset = 0;  // floats before the first channel
  int first_row = 0;                  // the tensor's row at the start of the buffer

  bool exists() const { return buffer != BufferId::none; }
};

// A constant per channel that was added to a centred tensor (Graph::centred_input): minus the
// constant that the tensor deviates from. Stored as floats [c] in a buffer.
struct Offset {
  BufferId buffer = BufferId::none;
  std::size_t place = 0;   // distance from the buffer's start in floats
  bool is_scaled = false;  // true: multiplied by the input's factor, as the tensor is
};

// A tensor as its reader uses it: act(x · scale + shift) + residual (kernels::ConvInput).
struct FormedOperand {
  Operand x;
  BufferId scale_shift = BufferId::none;  // buffer [3][c]: scale, shift, and the floor of a relu
  kernels::Activation act = kernels::Activation::none;
  Operand residual;
  bool is_residual_scaled = false;  // true: divide the residual by the factor

  bool is_plain() const { return scale_shift == BufferId::none && !residual.exists(); }
};

// The areas [first, first + count) of a blocking.
struct AreaRange {
  int first = 0, count = 0;
};

struct ConvOp {
  const PackedConv* layer;
  kernels::ConvGeometry geometry;
  kernels::ConvBlocking blocking;
  FormedOperand input;
  Operand formed;  // where the input is stored for later readers after the prologue, or none
  kernels::Activation act;
  Operand skip;
  Operand output;
  bool is_centred = false;               // true: the constant contains the layer's bias
  BufferId bias_floor = BufferId::none;  // buffer [2][out_c] of an OffsetOp, for a centred relu
  BufferId moments = BufferId::none;     // buffer [areas][2][out_c] of the areas' moments
  AreaRange areas;                       // the areas this step computes: all, or a strip
  // Order of the items. true: all blocks of an area, then the next area. false: all areas of a
  // channel group, then the next group.
  bool by_area = false;
};

inline StripLayer strip_layer(const ConvOp& op) {
  return {op.layer->plan().spec, op.geometry, op.blocking};
}

// Several convolutions in a row as one step. Each output is read by the next convolution only. An
// item computes some rows of the last output. It also computes, in its scratch, the rows of the
// other outputs that these rows need. So the convolutions between have no input and output
// operands.
struct FusedConvsOp {
  static constexpr std::size_t kMostConvs = 3;
  std::vector<ConvOp> convs;         // blocking: the rectangles that an item's rows are cut into
  std::vector<std::size_t> offsets;  // place of each output but the last in the scratch, in floats
  std::size_t rows_floats;           // floats of the rows; the kernels' scratch follows
  int rows_per_item;
};

struct PoolOp {
  kernels::PoolKind kind;
  int kernel, stride;
  kernels::ConvGeometry geometry;
  Operand input, output;
  int block_h;
};

// Merges a convolution's moments of blocks into scale = γ·rsqrt(σ²+ε) and shift = β − μ·scale +
// offset. For a centred value the offset is −act(β), because a norm maps a flat picture to β; else
// it is 0.
struct NormOp {
  BufferId moments;
  Shape shape;
  kernels::ConvBlocking blocking;
  std::size_t gamma, beta;
  kernels::Activation act;
  bool is_centred;
  bool is_scaled;  // true: the norm's input is scaled
  BufferId scale_shift;
};

// Chooses from the pixels how the centred input is stored: times a factor, plus an offset per
// channel. The readers apply both.
struct CentreOp {
  Operand picture;
  BufferId scale_shift;  // buffer [2][c]: the factor c times, then the offsets
};

// Computes the constant c that a convolution with its bias makes of the constant of its centred
// input. The convolution's value is stored as act(c + d) − act(c), where d is the convolution of
// the deviations. For relu that is max(d + min(c, 0), −max(c, 0)): a bias, and a floor that is also
// the value's offset.
struct OffsetOp {
  const PackedConv* layer;
  std::vector<Offset> input;  // offsets of the input, which are added
  kernels::Activation act;    // relu or no activation
  bool is_scaled;             // true: the convolution's output is scaled, and so are bias and floor
  BufferId bias_floor;        // buffer [2][out_c] of bias and floor
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

// Computes nothing: marks that a value made by earlier steps (a concatenation) is complete.
struct CompleteOp {};

struct Step {
  std::variant<ConvOp, FusedConvsOp, PoolOp, NormOp, CentreOp, OffsetOp, AffineOp, MeanOp,
               CompleteOp>
      op;
  std::string name;  // name of the completed value; empty for a part of it
  Operand result;
  int items = 1;  // number of independent work items
  std::uint64_t mac = 0;
  // How a named, centred result is stored; only set if steps are not fused.
  std::vector<Offset> offsets = {};
  bool is_scaled = false;
};

// How much time to trade for memory. The output bytes are the same in every mode.
enum class MemoryMode {
  // Tensors are stored whole. Only large tensors between two convolutions are made in strips.
  fastest,
  // Convolutions also overwrite their input, strip after strip, and sums are computed in place.
  // Costs almost no time.
  in_place,
  // The largest normalised tensor is also computed twice instead of stored: first for its moments,
  // then in strips for its reader. Costs the multiplications of that layer once more.
  rematerialise
};

struct LoweringOptions {
  MemoryMode memory_mode = MemoryMode::fastest;
  // Size of a strip in bytes, for tensors between the convolutions of a sequence. Large against the
  // rows that are read twice or copied between strips, small against the tensors.
  std::size_t strip_bytes = std::size_t{24} << 20;
  // Smallest tensors, in bytes, that a fused step keeps in its scratch instead of storing them.
  // expanded_bytes: from a 1x1 to a depthwise convolution. Some rows are computed twice, which pays
  // if the tensor is several L2 caches large. filtered_bytes: from a depthwise to a 1x1
  // convolution, which costs nothing.
  std::size_t expanded_bytes = std::size_t{4} << 20;
  std::size_t filtered_bytes = std::size_t{1} << 20;
  // false: every value is stored under its name and nothing is deferred to a reader. For tests that
  // inspect the values.
  bool fuse = true;
  // true: the results of the style-independent steps are kept, so that the other steps can run
  // again.
  bool keep_encoder = false;
  // true: the output goes to the caller row by row (Execution::RowSink), while the rows are in the
  // caches. The tensor that the rows are made from lies in the arena, in memory that earlier
  // tensors used.
  bool output_rows = false;
  // true: with output_rows, the tensor that the rows are made from is in the caller's memory
  // instead of the arena, if the arena may not grow.
  bool rows_from_caller = false;
};

struct Program {
  std::vector<Step> steps;
  std::vector<Lifetime> buffers;
  MemoryPlan memory;
  Operand input;
  BufferId input_centre = BufferId::none;  // the scale_shift buffer of the input's CentreOp
  Shape output_shape;
  bool needs_output = false;       // true: the caller provides memory for a tensor of output_shape
  int first_style_step = 0;        // the steps before this one do not depend on the style
  std::size_t scratch_floats = 0;  // scratch of one thread in floats
  std::size_t weight_bytes = 0;    // bytes of all distinct layers' packed weights
  std::uint64_t mac = 0;
  const kernels::Table* table = nullptr;

  int step_count() const { return static_cast<int>(steps.size()); }
};

// Lowers a graph: decides what is fused, which buffers exist and where they lie. The graph's layers
// must outlive the program.
Program lower(const Graph& graph, const kernels::Table& table, const LoweringOptions& options);

// Returns how many programs this process has lowered, for the tests. One lowering takes about as
// long as painting some hundred pixels.
std::uint64_t lowering_count();

}  // namespace nst
