// The whole contract between the engine and the arithmetic: plain structs and one table of function
// pointers per instruction set.
//
// A kernel is single-threaded, works on the block it is given, and never allocates, locks, throws
// or prints. Tensors are float32 NHWC without the N. Results depend on the arguments and the
// instruction set alone, never on which thread ran which block. This header holds no inline
// function on purpose: it is compiled into units with different machine flags.
#pragma once

#include <cstddef>
#include <cstdint>

namespace nst::kernels {

// relu is max(v, floor) where a floor [channels] goes with it, else max(v, 0): of a tensor that is
// kept as its deviation from a constant, minus that constant stands for zero.
enum class Activation : std::uint8_t { none, relu, relu6, sigmoid };

// What a convolution reads outside its input. reflect does not repeat the edge pixel (TensorFlow's
// REFLECT) and needs pad < side; with upsample it reflects the *upsampled* image.
enum class Border : std::uint8_t { zero, reflect, replicate };

// The part of a convolution that is known before any picture: what the packed weights depend on.
struct ConvSpec {
  int kernel_h, kernel_w;
  int in_c, out_c;  // depthwise: in_c == out_c
  int stride;       // both axes: 1 or 2
  int upsample;     // nearest-neighbour ×1 or ×2 of the input before padding
  bool depthwise;
};

struct ConvAlgorithm;

// How a spec is computed: what conv_plan chose.
struct ConvPlan {
  ConvSpec spec;
  const ConvAlgorithm* algorithm;  // a constant of one of the tables
  std::size_t packed_floats;       // size of the packed weights; they must be aligned to 64 bytes
};

// The part that depends on the picture. pad_*, at most half a kernel on every side, are counted in
// (upsampled) input pixels before row and column 0; what lies beyond the far side follows from the
// sizes.
struct ConvGeometry {
  int in_h, in_w;  // before upsampling
  int out_h, out_w;
  int pad_top, pad_left;
  Border border;
};

// How the output is cut into blocks, and the scratch a block needs (64-byte aligned,
// uninitialised). The picture is cut into areas: a grid of block_h x block_w that starts at
// (first_y, first_x), in (-block_h, 0] x (-block_w, 0], and is clipped to the output. A block is
// block_c output channels of an area; the last block of an area has what is left.
struct ConvBlocking {
  int first_y, first_x;
  int block_h, block_w, block_c;
  std::size_t scratch_floats;
};

// A tensor seen by a kernel: element (y, x, c) is data[(y - first_row) * row_stride + x *
// pixel_stride + c]. pixel_stride may exceed the channel count (a slice of a concatenation);
// first_row > 0 when only a strip of the tensor exists.
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

// What a convolution reads at a pixel: act(x * scale + shift) + residual * residual_factor, per
// channel. This is how an instance norm, its activation and a residual sum cost no pass of their
// own. Padding is applied to the formed value (zero stays zero).
struct ConvInput {
  ConstView x;
  const float* scale;      // [in_c], or null: value = x and act is ignored
  const float* shift;      // [in_c], null exactly when scale is
  const float* floor;      // [in_c] or null; of relu alone
  Activation act;          // none or relu
  ConstView prologue_add;  // data null: none
  float prologue_add_factor = 1.0f;
  View
      prologue_output;  // data null: none. Else the formed value is stored here, each area's first
                        // block storing the pixels of its coordinates; only where stride = upsample
                        // = 1 and the output has the input's size. Must not alias x or residual.
};

struct ConvArgs {
  ConvPlan plan;
  ConvGeometry geometry;
  ConvBlocking blocking;
  ConvInput input;
  const float* packed;     // conv_pack's result
  const float* bias;       // [out_c] or null
  const float* floor;      // [out_c] or null; of relu alone, and where there is no skip
  Activation act;          // none, relu, relu6
  ConstView epilogue_add;  // data null: none. Else added to the output after the activation
                           // (MobileNetV2's residuals)
  View output;
};

// A rectangle of output pixels and, in a convolution, some of their channels. Where no moments are
// wanted a convolution's may also be a part of a block's rectangle, and that of a 1x1 convolution
// of stride 1 any with no more pixels.
struct Block {
  int y, x, h, w;
  int first_c, channels;
};

// The areas that cut an output of out_h x out_w, numbered row by row; their blocks have no
// channels.
int spatial_block_count(const ConvBlocking& blocking, int out_h, int out_w);
Block nth_spatial_block(const ConvBlocking& blocking, int out_h, int out_w, int n);

// The blocks of an output: block n is in area n % area_count.
int block_count(const ConvBlocking& blocking, int out_h, int out_w, int out_c);
Block nth_block(const ConvBlocking& blocking, int out_h, int out_w, int out_c, int n);

// One way to compute convolutions, compiled for one instruction set.
struct ConvAlgorithm {
  bool (*suits)(const ConvSpec& spec);
  std::size_t (*packed_floats)(const ConvSpec& spec);
  void (*pack)(const ConvSpec& spec, const float* weights, float* packed);
  // Blocks follow from the sizes alone, never from the machine: they are part of what fixes the
  // result's bytes.
  ConvBlocking (*blocking)(const ConvSpec& spec, const ConvGeometry& geometry);
  void (*run)(const ConvArgs& args, Block block, float* scratch);
  // Fills the block's channels of moments, as conv_run promises.
  void (*block_moments)(const View& output, Block block, int out_c, float* moments);
};

// Algorithms in the order they are asked, then those of another list. The last one of a chain
// suits every spec.
struct ConvAlgorithmList {
  const ConvAlgorithm* const* algorithms;
  int count;
  const ConvAlgorithmList* next;  // null: the chain ends here
};

enum class PoolKind : std::uint8_t {
  max,
  average
};  // average divides by the number of pixels inside the input

struct PoolArgs {
  PoolKind kind;
  int channels, kernel, stride;
  ConvGeometry geometry;  // border unused: pixels outside do not count
  ConstView input;
  View output;
};

// output = act(x * scale + shift) + residual * residual_factor over whole rows; the explicit form
// of ConvInput. output may be x itself.
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

// The moments of an output's areas as conv_run fills them, and what is to be made of them.
struct MomentsArgs {
  ConvBlocking blocking;
  int out_h, out_w, channels;
  const float* moments;  // [areas][2][channels]
  const float* gamma;    // [channels]
  const float* beta;     // [channels]
  double epsilon;
  float* scale;  // [channels]
  float* shift;  // [channels]; may be beta
};

struct Table {
  const char* name;  // "reference", "baseline", "avx2", "avx512", "zen4", "neon"
  int lanes;         // floats per vector

  ConvAlgorithmList conv_algorithms;

  void (*pool)(const PoolArgs& args, Block block);
  // Rows [row_begin, row_end).
  void (*affine)(const AffineArgs& args, int row_begin, int row_end);
  // The instance norm of the whole output as a scale and a shift, scale = gamma / sqrt(variance +
  // epsilon) and shift = beta - mean * scale, computed in double. A channel of zeros has the shift
  // beta, exactly.
  void (*merge_moments)(const MomentsArgs& args);
  // out[c] = mean over rows and columns of x, channels [channel_begin, channel_end).
  void (*spatial_mean)(ConstView x, int h, int w, int channel_begin, int channel_end, float* out);
  // out[j] = bias[j] + Σ_i x[i] · weights[i * out_n + j], for j in [0, out_n).
  void (*dense)(const float* x, int in_n, const float* weights, const float* bias, int out_n,
                float* out);
};

// Chooses the algorithm for a spec: the first of the table's that suits it.
ConvPlan conv_plan(const Table& table, const ConvSpec& spec);
// Brings weights into the order the algorithm reads: [kernel_h, kernel_w, in_c, out_c] (HWIO),
// depthwise [kernel_h, kernel_w, in_c, 1], to packed[plan.packed_floats].
void conv_pack(const ConvPlan& plan, const float* weights, float* packed);
ConvBlocking conv_blocking(const ConvPlan& plan, const ConvGeometry& geometry);
// Computes one block. moments: null, or [2][out_c] of the block's area, whose channels it fills:
// mean and sum of squared deviations from that mean of the raw output (as written).
void conv_run(const ConvArgs& args, Block block, float* moments, float* scratch);

// Slow scalar twin with double accumulators: the oracle of every other table. Never chosen by
// dispatch unless named.
const Table& reference_table();

// Tables compiled in that this processor *and* operating system can run, best first; ends with
// "baseline". Found out once. No code of a table runs before its processor was recognised.
struct TableList {
  const Table* const* tables;
  int count;
};
TableList supported_tables();

// Every name compiled in, supported here or not (for messages).
struct NameList {
  const char* const* names;
  int count;
};
NameList compiled_names();

// The table to use: `isa_override` (the value of NST_ISA, may be null or empty) by name, else the
// best supported. Null if the name is unknown or unsupported here; the caller reports it.
const Table* choose_table(const char* isa_override);

}  // namespace nst::kernels
