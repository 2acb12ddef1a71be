// Computes one work item of a step, for every kind of step. Turns the step's operands into a
// kernel's arguments and calls the kernel.
#include <algorithm>
#include <array>
#include <utility>

#include "graph/centring.hpp"
#include "graph/execution.hpp"

namespace nst {
namespace {

using kernels::Block;
using kernels::ConstView;
using kernels::View;

// The ε of conditional instance norm (Magenta ops.py, conditional_instance_norm: variance_epsilon =
// 1e-5).
constexpr double kNormEpsilon = 1e-5;

// Computes the given rows of a convolution's output, block by block, without moments.
void run_rows(const kernels::ConvArgs& args, Rows rows, float* scratch) {
  const kernels::ConvBlocking& b = args.blocking;
  const int w = args.geometry.out_w;
  const int channels = args.plan.spec.out_c;
  for (int y = rows.begin; y < rows.end; y += b.block_h) {
    for (int x = 0; x < w; x += b.block_w) {
      for (int c = 0; c < channels; c += b.block_c) {
        const int h = std::min(b.block_h, rows.end - y);
        kernels::conv_run(
            args, {y, x, h, std::min(b.block_w, w - x), c, std::min(b.block_c, channels - c)},
            nullptr, scratch);
      }
    }
  }
}

}  // namespace

kernels::ConvInput Execution::conv_input(const FormedOperand& operand, const Operand& formed) {
  const int channels = operand.x.shape.c;
  const float* const scale = address(operand.scale_shift);
  const bool has_floor = scale != nullptr && operand.act == kernels::Activation::relu;
  return {const_view(operand.x),
          scale,
          scale ? scale + channels : nullptr,
          has_floor ? scale + std::ptrdiff_t{2} * channels : nullptr,
          operand.act,
          const_view(operand.residual),
          1.0f / factor(operand.is_residual_scaled),
          view(formed)};
}

kernels::ConvArgs Execution::conv_args(const ConvOp& op) {
  kernels::ConvArgs args{};
  args.plan = op.layer->plan();
  args.geometry = op.geometry;
  args.blocking = op.blocking;
  args.input = conv_input(op.input, op.formed);
  args.packed = op.layer->packed();
  args.bias = op.is_centred ? address(op.bias_floor) : op.layer->bias();
  if (op.bias_floor != BufferId::none) args.floor = args.bias + args.plan.spec.out_c;
  args.act = op.act;
  args.epilogue_add = const_view(op.skip);
  args.output = view(op.output);
  return args;
}

void Execution::run_item(const ConvOp& op, int item, float* scratch) {
  const kernels::ConvArgs args = conv_args(op);
  const int out_c = args.plan.spec.out_c;
  const int areas = kernels::spatial_block_count(op.blocking, op.geometry.out_h, op.geometry.out_w);
  const int groups = (out_c + op.blocking.block_c - 1) / op.blocking.block_c;
  const int area = op.areas.first + (op.by_area ? item / groups : item % op.areas.count);
  const int group = op.by_area ? item % groups : item / op.areas.count;
  float* moments = nullptr;
  if (op.moments != BufferId::none) {
    moments = address(op.moments) + static_cast<std::ptrdiff_t>(area) * 2 * out_c;
  }
  const Block block = kernels::nth_block(op.blocking, op.geometry.out_h, op.geometry.out_w, out_c,
                                         group * areas + area);
  kernels::conv_run(args, block, moments, scratch);
}

void Execution::run_item(const FusedConvsOp& op, int item, float* scratch) {
  const std::size_t count = op.convs.size();
  std::array<Rows, FusedConvsOp::kMostConvs> rows;
  const int begin = item * op.rows_per_item;
  rows[count - 1] = {begin, std::min(begin + op.rows_per_item, op.convs.back().geometry.out_h)};
  for (std::size_t i = count; i-- > 1;) rows[i - 1] = strip_layer(op.convs[i]).rows_read(rows[i]);
  ConstView input{};
  for (std::size_t i = 0; i < count; ++i) {
    kernels::ConvArgs args = conv_args(op.convs[i]);
    if (i > 0) args.input.x = input;
    if (i + 1 < count) {
      const std::ptrdiff_t pixel = args.plan.spec.out_c;
      args.output = {scratch + op.offsets[i], args.geometry.out_w * pixel, pixel, rows[i].begin};
      input = {args.output.data, args.output.row_stride, pixel, rows[i].begin};
    }
    run_rows(args, rows[i], scratch + op.rows_floats);
  }
}

void Execution::run_item(const PoolOp& op, int item, float*) {
  const kernels::PoolArgs args{op.kind,     op.input.shape.c,     op.kernel,      op.stride,
                               op.geometry, const_view(op.input), view(op.output)};
  const int y = item * op.block_h;
  program_.table->pool(
      args, {y, 0, std::min(op.block_h, op.geometry.out_h - y), op.geometry.out_w, 0, 0});
}

void Execution::run_item(const NormOp& op, int, float*) {
  const auto channels = static_cast<std::size_t>(op.shape.c);
  float* const scale = address(op.scale_shift);
  float* const shift = scale + channels;
  float* const offset = shift + channels;
  const float* const beta = style_params_ + op.beta;
  for (std::size_t c = 0; c < channels; ++c) {
    const float flat = op.act == kernels::Activation::relu ? std::max(beta[c], 0.0f) : beta[c];
    offset[c] = op.is_centred ? -flat : 0.0f;
    shift[c] = beta[c] + offset[c];
  }
  // A scaled input has been multiplied by CentreOp's factor, so its variance is multiplied by the
  // factor's square. ε is multiplied by the same square, so that the norm's result is unchanged.
  const double scale_factor = factor(op.is_scaled);
  program_.table->merge_moments({op.blocking, op.shape.h, op.shape.w, op.shape.c,
                                 address(op.moments), style_params_ + op.gamma, shift,
                                 kNormEpsilon * scale_factor * scale_factor, scale, shift});
}

void Execution::run_item(const CentreOp& op, int, float*) {
  const Shape& shape = op.picture.shape;
  float* const scale = address(op.scale_shift);
  const float factor = centring_of(const_view(op.picture), shape, scale + shape.c);
  std::fill_n(scale, shape.c, factor);
}

void Execution::run_item(const OffsetOp& op, int, float*) {
  float* const bias = address(op.bias_floor);
  float* const floor = bias + op.layer->plan().spec.out_c;
  const auto constant = [&](int channel) {
    double sum = 0;
    for (const Offset& offset : op.input) sum -= offset_of(offset, channel);
    return sum;
  };
  split_response(*op.layer, constant, op.act, factor(op.is_scaled), bias, floor);
}

void Execution::run_item(const AffineOp& op, int item, float* scratch) {
  const int begin = op.rows.begin + item * op.rows_per_item;
  const int end = std::min(begin + op.rows_per_item, op.rows.end);
  const bool as_rows = op.output.buffer == BufferId::output_rows;
  const Shape& shape = op.output.shape;
  const View output =
      as_rows ? View{scratch, std::ptrdiff_t{shape.w} * shape.c, shape.c, begin} : view(op.output);
  const kernels::ConvInput input = conv_input(op.input, {});
  const kernels::AffineArgs args{shape.w,
                                 shape.c,
                                 input.x,
                                 input.scale,
                                 input.shift,
                                 input.floor,
                                 input.act,
                                 input.prologue_add,
                                 input.prologue_add_factor,
                                 output};
  program_.table->affine(args, begin, end);
  if (as_rows) (*rows_)(begin, end - begin, scratch);
}

void Execution::run_item(const MeanOp& op, int item, float*) {
  const int begin = item * op.channels_per_item;
  const int end = std::min(begin + op.channels_per_item, op.input.shape.c);
  program_.table->spatial_mean(const_view(op.input), op.input.shape.h, op.input.shape.w, begin, end,
                               address(op.output));
}

void Execution::run_item(const Step& step, int item, float* scratch) {
  std::visit([&](const auto& op) { run_item(op, item, scratch); }, step.op);
}

}  // namespace nst
