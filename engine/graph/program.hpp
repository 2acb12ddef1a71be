// A graph lowered to kernel calls with every buffer placed: what runs, in order, on how much
// memory. Immutable.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "graph/graph.hpp"
#include "graph/memory_plan.hpp"
#include "graph/strips.hpp"
#include "model/layer_store.hpp"

namespace nst {

inline constexpr int kNoBuffer = -1;
inline constexpr int kOutputBuffer = -2;  // the caller's memory, dense, given at run time
inline constexpr int kStripBuffer = -3;   // while lowering: to be made together with the reader
inline constexpr int kOutputRows = -4;    // finished rows, handed to the caller as they are made

// A tensor in a buffer, a slice of its channels, or some of its rows.
struct Operand {
  int buffer = kNoBuffer;
  Shape shape;                        // of the whole tensor
  std::ptrdiff_t pixel_stride = 0;    // floats
  std::ptrdiff_t channel_offset = 0;  // floats
  int first_row = 0;                  // the row that the buffer starts with

  bool exists() const { return buffer != kNoBuffer; }
};

// What was added to every value of a channel of a centred tensor (Graph::centred_input), minus the
// constant it deviates from: floats [c] in a buffer.
struct Offset {
  int buffer = kNoBuffer;
  std::size_t place = 0;   // floats, in the buffer
  bool is_scaled = false;  // times the input's factor, as the tensor is
};

// A tensor as its reader forms it: act(x · scale + shift) + residual (kernels::ConvInput).
struct FormedOperand {
  Operand x;
  int scale_shift = kNoBuffer;  // buffer [3][c]: scale, shift, and of relu the floor
  kernels::Activation act = kernels::Activation::none;
  Operand residual;
  bool is_residual_scaled = false;  // the sum is not: its factor is taken away

  bool is_plain() const { return scale_shift == kNoBuffer && !residual.exists(); }
};

// Areas [first, first + count) of a blocking.
struct AreaRange {
  int first = 0, count = 0;
};

struct ConvOp {
  const ConvLayer* layer;
  kernels::ConvGeometry geometry;
  kernels::ConvBlocking blocking;
  FormedOperand input;
  Operand formed;  // where the formed input is kept for later readers, or none
  kernels::Activation act;
  Operand skip;
  Operand output;
  bool is_centred = false;     // the layer's bias is left out: it is part of the constant
  int bias_floor = kNoBuffer;  // buffer [2][out_c] of a centred relu (OffsetOp)
  int moments = kNoBuffer;     // buffer [areas][2][out_c]
  AreaRange areas;             // computed by this step: all, or a strip
  bool by_area = false;  // items are all blocks of an area, then the next area; else all areas of
                         // a group of channels, then the next group
};

inline StripLayer strip_layer(const ConvOp& op) {
  return {op.layer->plan().spec, op.geometry, op.blocking};
}

// Convolutions in a row, each read by the next alone. An item computes some rows of the last, and
// of the others the rows that these need, which lie in its scratch: those outputs and inputs are no
// operands.
struct FusedConvsOp {
  static constexpr std::size_t kMostConvs = 3;
  std::vector<ConvOp> convs;         // their blockings: the rectangles an item's rows are cut into
  std::vector<std::size_t> offsets;  // floats, in the scratch: of each output but the last
  std::size_t rows_floats;           // where the kernels' own scratch starts
  int rows_per_item;
};

struct PoolOp {
  kernels::PoolKind kind;
  int kernel, stride;
  kernels::ConvGeometry geometry;
  Operand input, output;
  int block_h;
};

// Merges a convolution's block moments into scale = γ·rsqrt(σ²+ε) and shift = β − μ·scale + offset.
// The offset is −act(β) of a centred value, for of a flat picture a norm makes β; else 0.
struct NormOp {
  int moments;
  Shape shape;
  kernels::ConvBlocking blocking;
  std::size_t gamma, beta;
  kernels::Activation act;
  bool is_centred;
  bool is_scaled;  // what is normalised
  int scale_shift;
};

// Chooses how the centred input is kept, by its pixels: times a factor, plus an offset of each
// channel, both of which its readers apply.
struct CentreOp {
  Operand picture;
  int scale_shift;  // buffer [2][c], the first row full of the factor
};

// The constant c that a convolution and its bias make of the constant its centred input deviates
// from. A value is kept as act(c + d) − act(c), of the deviations' convolution d: after relu
// max(d + min(c, 0), −max(c, 0)). Its bias and its floor, which is the offset.
struct OffsetOp {
  const ConvLayer* layer;
  std::vector<Offset> input;  // they add up
  kernels::Activation act;    // none or relu
  bool is_scaled;             // the convolution's output, and so both
  int bias_floor;             // buffer [2][out_c]
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

// Nothing to compute: a value made by earlier steps (a concatenation) is complete.
struct CompleteOp {};

struct Step {
  std::variant<ConvOp, FusedConvsOp, PoolOp, NormOp, CentreOp, OffsetOp, AffineOp, MeanOp,
               CompleteOp>
      op;
  std::string
      name;  // of the value that is complete after this step; empty for parts of a fused value
  Operand result;
  int items = 1;  // independent work items
  std::uint64_t mac = 0;
  // Of a named centred result, where nothing is fused.
  std::vector<Offset> offsets = {};
  bool is_scaled = false;
};

// How much time to trade for memory. The bytes made are the same in every mode.
enum class MemoryMode {
  // Tensors are stored whole, except what lies between the convolutions of a sequence: a large
  // sequence runs in strips.
  fastest,
  // Convolutions also overwrite what they read, strip after strip, and sums are taken in place.
  // Costs next to nothing.
  in_place,
  // The largest normalised tensor is also computed twice instead of stored: once for its moments,
  // then in strips for its reader. Costs its products once more.
  rematerialise
};

struct LoweringOptions {
  MemoryMode memory_mode = MemoryMode::fastest;
  // Tensors between the convolutions of a chain are cut into strips of about this many bytes: large
  // against what is read twice or copied at a seam, small against the tensors.
  std::size_t strip_bytes = std::size_t{24} << 20;
  // What a depthwise convolution alone reads of a 1x1 one, or a 1x1 of a depthwise one, is not
  // stored from these sizes on. The former costs rows that are computed twice and pays where the
  // tensor is several second-level caches large; the latter costs nothing.
  std::size_t expanded_bytes = std::size_t{4} << 20;
  std::size_t filtered_bytes = std::size_t{1} << 20;
  // false: every value is stored as it is named, nothing is deferred to its reader (for
  // inspection).
  bool fuse = true;
  // true: whatever the style-independent part leaves is kept, so that the rest can run again and
  // again.
  bool keep_encoder = false;
  // true: the output is no tensor in the caller's memory but rows, each handed to the caller
  // (Execution::RowSink) while it is in the caches. The tensor they are made of lies in the arena,
  // where others lay before.
  bool output_rows = false;
  // With output_rows: that tensor lies in the caller's memory all the same, where the arena may not
  // grow by it.
  bool rows_from_caller = false;
};

struct Program {
  std::vector<Step> steps;
  std::vector<Lifetime> buffers;
  MemoryPlan memory;
  Operand input;
  int input_centre = kNoBuffer;  // CentreOp::scale_shift
  Shape output_shape;
  bool needs_output = false;       // memory of the caller's for a tensor of output_shape
  int first_style_step = 0;        // the steps before it do not depend on the style
  std::size_t scratch_floats = 0;  // per thread
  std::size_t weight_bytes = 0;    // packed, over the distinct layers
  std::uint64_t mac = 0;
  const kernels::Table* table = nullptr;
};

// Decides what is fused, which buffers exist and where they lie. The graph's layers must outlive
// the program.
Program lower(const Graph& graph, const kernels::Table& table, const LoweringOptions& options);

// How many programs this process has lowered, for the tests: each takes about as long as painting
// some hundred pixels.
std::uint64_t lowering_count();

}  // namespace nst
