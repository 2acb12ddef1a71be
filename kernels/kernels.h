// The interface between the engine and the kernels, which do the arithmetic. It consists of plain
// structs, and of one table of function pointers for each instruction set.
//
// A kernel is single-threaded, works on the block it is given, and never allocates, locks, throws
// or prints. Tensors are float32 in NHWC order without the N. Results depend on the arguments and
// the instruction set, never on which thread computes a block. This header must have no inline
// functions, because it is compiled into units with different compiler flags.
#pragma once

#include <cstddef>
#include <cstdint>

namespace nst::kernels {

// The activation after an operation. relu is max(v, 0), or max(v, floor) if floors [channels] are
// given. If a tensor is stored as deviations from a constant of each channel, the floor is minus
// this constant.
enum class Activation : std::uint8_t { none, relu, relu6, sigmoid };

// What a convolution reads outside its input:
//     zero        zeros
//     reflect     the input mirrored at its edge pixel, which is not repeated (TensorFlow's
//                 REFLECT). The padding must be smaller than the input. With upsample, the
//                 upsampled input is mirrored.
//     replicate   the edge pixel; used only inside the kernels
enum class Border : std::uint8_t { zero, reflect, replicate };

// The properties of a convolution that do not depend on the picture. They alone decide how weights
// are packed.
struct ConvSpec {
  int kernel_h, kernel_w;
  int in_c, out_c;  // input and output channels; equal if depthwise
  int stride;       // 1 or 2 pixels, in both directions
  int upsample;     // 1 or 2: how often a pixel is repeated in both directions, before padding
  bool depthwise;
};

struct ConvAlgorithm;

// A convolution and the algorithm that conv_plan chose for it.
struct ConvPlan {
  ConvSpec spec;
  const ConvAlgorithm* algorithm;  // points to a constant of a kernel table
  std::size_t packed_floats;  // number of floats of the packed weights, which are 64-byte aligned
};

// The properties of a convolution that depend on the picture. pad_top and pad_left are the pixels
// of padding before row and column 0 (after upsampling), at most half a kernel. The padding at the
// other two sides follows from the sizes.
struct ConvGeometry {
  int in_h, in_w;  // input size before upsampling
  int out_h, out_w;
  int pad_top, pad_left;
  Border border;
};

// How an output is cut into blocks, and how much scratch a block needs (64-byte aligned,
// uninitialised). Spatial blocks form a grid of block_h x block_w pixels, cut off at the output's
// edges. The grid starts at pixel (first_y, first_x), at or before the output's first pixel:
// first_y is in (-block_h, 0], first_x in (-block_w, 0]. Each spatial block is divided by channels
// into blocks of block_c channels; the last one has the remaining channels.
struct ConvBlocking {
  int first_y, first_x;
  int block_h, block_w, block_c;
  std::size_t scratch_floats;
};

// A tensor as a kernel sees it: element (y, x, c) is data[(y - first_row) * row_stride + x *
// pixel_stride + c]. If the tensor is a slice of a concatenation, pixel_stride is larger than its
// number of channels. If only a strip of the tensor exists, first_row is the strip's first row.
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

// The input of a convolution and its prologue. The prologue is computed while the input is read,
// for each channel: act(x * scale + shift) + prologue_add * prologue_add_factor. So an instance
// norm, its activation and a residual sum need no separate pass over the tensor. The border is
// added after the prologue. So a border of zeros remains zero, whatever the shift.
struct ConvInput {
  ConstView x;
  const float* scale;      // scale [in_c]; null: scale, shift and act are not applied
  const float* shift;      // shift [in_c]; null if scale is null
  const float* floor;      // lower bounds [in_c] for relu; null: 0
  Activation act;          // activation of the prologue: none or relu
  ConstView prologue_add;  // tensor to add; if its data is null, nothing is added
  float prologue_add_factor = 1.0f;
  // If data is not null, the prologue's result is stored here. Each block that begins at channel 0
  // stores the pixels at its own coordinates. Allowed only if stride and upsample are 1 and the
  // output has the input's size. Must not alias x or prologue_add.
  View prologue_output;
};

// The arguments of a convolution.
struct ConvArgs {
  ConvPlan plan;
  ConvGeometry geometry;
  ConvBlocking blocking;
  ConvInput input;
  const float* packed;  // weights as conv_pack has packed them
  const float* bias;    // biases [out_c]; null: none
  // Lower bounds [out_c] for relu; null: 0. Must be null if epilogue_add is used.
  const float* floor;
  Activation act;          // activation: none, relu or relu6
  ConstView epilogue_add;  // tensor to add after the activation; data = null: none
  View output;
};

// A rectangle of output pixels and, in a convolution, some of their channels. If moments are
// wanted, the rectangle must be a block of the ConvBlocking. Otherwise it may also be a part of
// such a block. For a 1x1 convolution of stride 1 without moments, it may be any rectangle that has
// no more pixels than a block.
struct Block {
  int y, x, h, w;
  int first_c, channels;
};

// spatial_block_count returns the number of spatial blocks of an output of out_h x out_w pixels.
// nth_spatial_block returns spatial block number n, counted row by row. Its number of channels is
// 0, because a spatial block is not divided by channels.
int spatial_block_count(const ConvBlocking& blocking, int out_h, int out_w);
Block nth_spatial_block(const ConvBlocking& blocking, int out_h, int out_w, int n);

// block_count returns the number of blocks of an output. nth_block returns block number n, which
// belongs to spatial block n % spatial_block_count.
int block_count(const ConvBlocking& blocking, int out_h, int out_w, int out_c);
Block nth_block(const ConvBlocking& blocking, int out_h, int out_w, int out_c, int n);

// An algorithm for convolutions, compiled for one instruction set.
struct ConvAlgorithm {
  const char* name;  // name for measurements, such as "winograd_3x3"; unique in a table
  // Returns true if the algorithm can compute the convolution and is a good choice for it.
  bool (*suits)(const ConvSpec& spec);
  std::size_t (*packed_floats)(const ConvSpec& spec);
  void (*pack)(const ConvSpec& spec, const float* weights, float* packed);
  // Returns the size of the blocks. It must depend on the sizes of the layer alone, never on the
  // machine, because the division into blocks decides the exact bytes of the output.
  ConvBlocking (*blocking)(const ConvSpec& spec, const ConvGeometry& geometry);
  void (*run)(const ConvArgs& args, Block block, float* scratch);
  // Writes the moments of the block's channels to `moments`, as conv_run describes.
  void (*block_moments)(const View& output, Block block, int out_c, float* moments);
};

// A list of algorithms in order of preference, followed by those of another list. The last
// algorithm of all suits every convolution.
struct ConvAlgorithmList {
  const ConvAlgorithm* const* algorithms;
  int count;
  const ConvAlgorithmList* next;  // list that follows; null: none
};

// The kind of pooling. average divides by the number of pixels inside the input.
enum class PoolKind : std::uint8_t { max, average };

// The arguments of a pooling layer. Its windows have kernel x kernel pixels and are `stride` pixels
// apart.
struct PoolArgs {
  PoolKind kind;
  int channels, kernel, stride;
  ConvGeometry geometry;  // geometry.border is ignored: pools use only pixels inside the input
  ConstView input;
  View output;
};

// The arguments of the operation output = act(x * scale + shift) + add * add_factor, computed for
// whole rows. ConvInput's prologue consists of the same operations. Here they are a separate pass.
// output may be the same memory as x.
struct AffineArgs {
  int width, channels;
  ConstView x;
  const float* scale;  // scale of each channel; null: only the activation is applied
  const float* shift;
  const float* floor;  // lower bounds [channels] for relu; null: 0
  Activation act;      // any activation
  ConstView add;       // tensor to add; data = null: none
  float add_factor = 1.0f;
  View output;
};

// The arguments of merging moments. The moments of all spatial blocks, as conv_run writes them,
// become the scale and shift of an instance norm.
struct MomentsArgs {
  ConvBlocking blocking;
  int out_h, out_w, channels;
  const float* moments;  // written by conv_run: [spatial blocks][2][channels]
  const float* gamma;    // γ of each channel [channels]
  const float* beta;     // β of each channel [channels]
  double epsilon;
  float* scale;  // output: the scale of each channel
  float* shift;  // output: the shift of each channel; may be the same memory as beta
};

// The kernels of one instruction set.
struct Table {
  const char* name;  // name: "reference", "baseline", "avx2", "avx512", "zen4" or "neon"
  int lanes;         // number of floats in a vector register

  ConvAlgorithmList conv_algorithms;

  // Computes the output pixels of a block by pooling, for all channels.
  void (*pool)(const PoolArgs& args, Block block);
  // Computes the output rows [row_begin, row_end) of the operation that AffineArgs describes.
  void (*affine)(const AffineArgs& args, int row_begin, int row_end);
  // Computes the scale and the shift with which the instance norm of the whole output is applied,
  // for each channel, in double. scale = gamma / sqrt(variance + epsilon), shift = beta - mean *
  // scale. If all values of a channel are zero, its shift is exactly beta.
  void (*merge_moments)(const MomentsArgs& args);
  // Computes out[c], the mean of x over rows and columns, for channels [channel_begin,
  // channel_end).
  void (*spatial_mean)(ConstView x, int h, int w, int channel_begin, int channel_end, float* out);
  // Computes out[j] = bias[j] + Σ_i x[i] · weights[i * out_n + j], for j in [0, out_n).
  void (*dense)(const float* x, int in_n, const float* weights, const float* bias, int out_n,
                float* out);
};

// Returns a plan for the convolution, with the first algorithm of the table that suits it.
ConvPlan conv_plan(const Table& table, const ConvSpec& spec);
// Returns a plan for the convolution with the table's algorithm of this name. plan.algorithm is
// null if the table has no such algorithm, or if that algorithm does not suit the convolution.
ConvPlan conv_plan_with(const Table& table, const ConvSpec& spec, const char* algorithm);
// Packs weights in the order in which the algorithm reads them.
//
// - weights: [kernel_h, kernel_w, in_c, out_c] (HWIO), depthwise [kernel_h, kernel_w, in_c, 1]
// - packed: plan.packed_floats floats, aligned to 64 bytes
void conv_pack(const ConvPlan& plan, const float* weights, float* packed);
// Returns the blocks that conv_run computes, and the size of their scratch.
ConvBlocking conv_blocking(const ConvPlan& plan, const ConvGeometry& geometry);
// Computes one block. If `moments` is not null, it points to the moments [2][out_c] of the spatial
// block. conv_run writes those of the block's channels: the mean of the output, and the sum of
// squared deviations from that mean.
void conv_run(const ConvArgs& args, Block block, float* moments, float* scratch);

// Returns the reference table: slow scalar kernels with double accumulators, with which tests
// compare every other table. It is used only if it is asked for by name.
const Table& reference_table();

// Returns the compiled tables that the processor and the operating system can run, best first.
// Every processor can run the last table. The processor is detected once, at the first call. No
// code of a table may run before that, because it might crash.
struct TableList {
  const Table* const* tables;
  int count;
};
TableList supported_tables();

// Returns the names of all compiled tables, for messages. Includes tables that cannot run on this
// machine.
struct NameList {
  const char* const* names;
  int count;
};
NameList compiled_names();

// Returns the table named isa_override, which is the value of NST_ISA. If it is null or empty,
// returns the best table that can run here. Returns null if the name is unknown or the table cannot
// run here; the caller reports that.
const Table* choose_table(const char* isa_override);

}  // namespace nst::kernels
