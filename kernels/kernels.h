// The contract between the engine and the arithmetic: plain structs, and one table of function
// pointers for each instruction set.
//
// A kernel is single-threaded, works on the block it is given, and never allocates, locks, throws
// or prints. Tensors are float32 NHWC without the N. Results depend on the arguments and the
// instruction set, never on which thread computes a block. This header has no inline function on
// purpose: it is compiled into units with different machine flags.
#pragma once

#include <cstddef>
#include <cstdint>

namespace nst::kernels {

// relu is max(v, floor) where a floor [channels] is given, else max(v, 0). A tensor that is kept as
// its deviation from a constant has minus that constant as its floor.
enum class Activation : std::uint8_t { none, relu, relu6, sigmoid };

// What a convolution reads outside its input:
//     zero        zeros
//     reflect     the input without its edge pixel, reflected (TensorFlow's REFLECT); pad < side;
//                 with upsample, the upsampled input is reflected
//     replicate   the edge pixel; for the kernels' own use
enum class Border : std::uint8_t { zero, reflect, replicate };

// What is known of a convolution before any picture. The packed weights depend on this alone.
struct ConvSpec {
  int kernel_h, kernel_w;
  int in_c, out_c;  // depthwise: in_c == out_c
  int stride;       // both axes: 1 or 2
  int upsample;     // nearest-neighbour ×1 or ×2 of the input before padding
  bool depthwise;
};

struct ConvAlgorithm;

// How a spec is computed, as conv_plan chose it.
struct ConvPlan {
  ConvSpec spec;
  const ConvAlgorithm* algorithm;  // a constant of one of the tables
  std::size_t packed_floats;       // size of the packed weights; they must be aligned to 64 bytes
};

// What depends on the picture. pad_top and pad_left count (upsampled) input pixels before row and
// column 0, at most half a kernel. The padding on the far sides follows from the sizes.
struct ConvGeometry {
  int in_h, in_w;  // before upsampling
  int out_h, out_w;
  int pad_top, pad_left;
  Border border;
};

// How an output is cut into blocks, and the scratch of a block (64-byte aligned, uninitialised).
// Spatial blocks form a grid of block_h x block_w, clipped to the output. It starts at (first_y,
// first_x), in (-block_h, 0] x (-block_w, 0]. A block is block_c output channels of a spatial
// block, and the last one has what is left.
struct ConvBlocking {
  int first_y, first_x;
  int block_h, block_w, block_c;
  std::size_t scratch_floats;
};

// A tensor as a kernel sees it: element (y, x, c) is data[(y - first_row) * row_stride + x *
// pixel_stride + c]. pixel_stride exceeds the channels in a slice of a concatenation. first_row > 0
// where only a strip of the tensor exists.
struct ConstView {
  const float* data;
  std::ptrdiff_t row_stride, pixel_stride;
  int first_row;
};
struct View {
  float* data;
  std::ptrdiff_t row_stride, pixel_stride;
  int first_row;
};

// What a convolution reads at a pixel, its prologue: act(x * scale + shift) + prologue_add *
// prologue_add_factor, for each channel. So an instance norm, its activation and a residual sum
// take no sweep of their own. Padding applies to the prologue's result (zero stays zero).
struct ConvInput {
  ConstView x;
  const float* scale;      // [in_c], or null: value = x and act is ignored
  const float* shift;      // [in_c], null exactly when scale is
  const float* floor;      // [in_c] or null; of relu alone
  Activation act;          // none or relu
  ConstView prologue_add;  // data null: none
  float prologue_add_factor = 1.0f;
  // Stores the prologue's result here, unless data is null. The first block of each spatial block
  // stores the pixels of its coordinates. Only where stride = upsample = 1 and the output has the
  // input's size. Must not alias x or prologue_add.
  View prologue_output;
};

// The operands of a convolution.
struct ConvArgs {
  ConvPlan plan;
  ConvGeometry geometry;
  ConvBlocking blocking;
  ConvInput input;
  const float* packed;     // conv_pack's result
  const float* bias;       // [out_c] or null
  const float* floor;      // [out_c] or null; of relu alone, and only without epilogue_add
  Activation act;          // none, relu, relu6
  ConstView epilogue_add;  // added after the activation (MobileNetV2); data null: none
  View output;
};

// A rectangle of output pixels and, in a convolution, some of their channels. With moments it must
// be a block of the blocking. Without, it may be part of one; a 1x1 convolution of stride 1 takes
// any rectangle of no more pixels.
struct Block {
  int y, x, h, w;
  int first_c, channels;
};

// The spatial blocks of an output of out_h x out_w, numbered row by row. Their channels are 0.
int spatial_block_count(const ConvBlocking& blocking, int out_h, int out_w);
Block nth_spatial_block(const ConvBlocking& blocking, int out_h, int out_w, int n);

// The blocks of an output. Block n is in spatial block n % spatial_block_count.
int block_count(const ConvBlocking& blocking, int out_h, int out_w, int out_c);
Block nth_block(const ConvBlocking& blocking, int out_h, int out_w, int out_c, int n);

// One way to compute convolutions, compiled for one instruction set.
struct ConvAlgorithm {
  // Returns true if the algorithm can compute the spec, and should.
  bool (*suits)(const ConvSpec& spec);
  std::size_t (*packed_floats)(const ConvSpec& spec);
  void (*pack)(const ConvSpec& spec, const float* weights, float* packed);
  // Blocks follow from the sizes alone, never from the machine, because they fix the result's
  // bytes.
  ConvBlocking (*blocking)(const ConvSpec& spec, const ConvGeometry& geometry);
  void (*run)(const ConvArgs& args, Block block, float* scratch);
  // Fills the block's channels of moments, as conv_run promises.
  void (*block_moments)(const View& output, Block block, int out_c, float* moments);
};

// Algorithms in the order in which they are asked, then those of another list. The last one of all
// suits every spec.
struct ConvAlgorithmList {
  const ConvAlgorithm* const* algorithms;
  int count;
  const ConvAlgorithmList* next;  // null: the chain ends here
};

// average divides by the number of pixels inside the input.
enum class PoolKind : std::uint8_t { max, average };

// The operands of a pooling layer: kernel x kernel windows, `stride` apart.
struct PoolArgs {
  PoolKind kind;
  int channels, kernel, stride;
  ConvGeometry geometry;  // border unused: pixels outside do not count
  ConstView input;
  View output;
};

// output = act(x * scale + shift) + add * add_factor over whole rows: ConvInput's prologue as a
// sweep. output may be x.
struct AffineArgs {
  int width, channels;
  ConstView x;
  const float* scale;  // null: identity, act still applied
  const float* shift;
  const float* floor;  // [channels] or null; of relu alone
  Activation act;      // any
  ConstView add;       // data null: none
  float add_factor = 1.0f;
  View output;
};

// The moments of an output's spatial blocks, as conv_run fills them, and the instance norm to make
// of them.
struct MomentsArgs {
  ConvBlocking blocking;
  int out_h, out_w, channels;
  const float* moments;  // [spatial blocks][2][channels]
  const float* gamma;    // [channels]
  const float* beta;     // [channels]
  double epsilon;
  float* scale;  // [channels]
  float* shift;  // [channels]; may be beta
};

// The kernels of one instruction set.
struct Table {
  const char* name;  // "reference", "baseline", "avx2", "avx512", "zen4", "neon"
  int lanes;         // floats per vector

  ConvAlgorithmList conv_algorithms;

  // Computes the pixels of a block, all channels.
  void (*pool)(const PoolArgs& args, Block block);
  // Computes rows [row_begin, row_end).
  void (*affine)(const AffineArgs& args, int row_begin, int row_end);
  // Makes the instance norm of the whole output a scale and a shift, in double: scale = gamma /
  // sqrt(variance + epsilon), shift = beta - mean * scale. A channel of zeros has exactly the shift
  // beta.
  void (*merge_moments)(const MomentsArgs& args);
  // Computes out[c] = mean of x over rows and columns, for channels [channel_begin, channel_end).
  void (*spatial_mean)(ConstView x, int h, int w, int channel_begin, int channel_end, float* out);
  // Computes out[j] = bias[j] + Σ_i x[i] · weights[i * out_n + j], for j in [0, out_n).
  void (*dense)(const float* x, int in_n, const float* weights, const float* bias, int out_n,
                float* out);
};

// Returns the plan of a spec, with the first of the table's algorithms that suits it.
ConvPlan conv_plan(const Table& table, const ConvSpec& spec);
// Packs weights in the order in which the algorithm reads them. weights: [kernel_h, kernel_w, in_c,
// out_c] (HWIO), depthwise [kernel_h, kernel_w, in_c, 1]. packed: plan.packed_floats floats,
// 64-byte aligned.
void conv_pack(const ConvPlan& plan, const float* weights, float* packed);
// Returns the blocks that conv_run computes, and their scratch.
ConvBlocking conv_blocking(const ConvPlan& plan, const ConvGeometry& geometry);
// Computes one block. moments: null, or [2][out_c] of the spatial block. The block's channels of it
// are filled: the mean of the output as written, and the sum of squared deviations from that mean.
void conv_run(const ConvArgs& args, Block block, float* moments, float* scratch);

// Returns the slow scalar twin with double accumulators, the oracle of every other table. It is
// used only where it is named.
const Table& reference_table();

// Returns the compiled tables that this processor *and* operating system can run, best first; the
// last is "baseline". Detected once. No code of a table runs before its processor was recognised.
struct TableList {
  const Table* const* tables;
  int count;
};
TableList supported_tables();

// Returns every compiled name, supported here or not (for messages).
struct NameList {
  const char* const* names;
  int count;
};
NameList compiled_names();

// Returns the table named isa_override (the value of NST_ISA), or the best supported one if that is
// null or empty. Returns null if the name is unknown or unsupported here; the caller reports it.
const Table* choose_table(const char* isa_override);

}  // namespace nst::kernels
