#include "graph/execution.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <exception>
#include <string>
#include <utility>

#include "graph/centring.hpp"
#include "graph/packing.hpp"
#include "nst/error.hpp"
#include "platform/threads.hpp"

namespace nst {
namespace {

using kernels::Block;
using kernels::ConstView;
using kernels::View;

// Conditional instance norm's ε (Magenta ops.py, conditional_instance_norm: variance_epsilon =
// 1e-5).
constexpr double kNormEpsilon = 1e-5;

// Each thread's scratch starts on its own page, so that neighbours do not share cache lines or TLB
// entries.
constexpr std::size_t kScratchAlignFloats = 1024;

std::size_t scratch_stride(const Program& program) {
  return (program.scratch_floats + kScratchAlignFloats - 1) / kScratchAlignFloats *
         kScratchAlignFloats;
}

// Progress and cancellation of one run. The calling thread reports between items. Once it has
// stopped, every thread still takes its items, without computing them.
class Reporter {
 public:
  Reporter(const Progress* progress, double total) : progress_(progress), total_(total) {}

  bool stopped() const { return stop_.load(std::memory_order_relaxed); }
  void add(double work) {
    if (wanted()) done_.fetch_add(work, std::memory_order_relaxed);
  }
  // Calling thread only; at most every 20 ms unless `force`.
  void report(bool force) noexcept {
    if (!wanted() || stopped()) return;
    const auto now = std::chrono::steady_clock::now();
    if (!force && now - last_ < std::chrono::milliseconds(20)) return;
    last_ = now;
    try {
      const double fraction = std::min(done_.load(std::memory_order_relaxed) / total_, 1.0);
      if (!(*progress_)(fraction)) stop_ = true;
    } catch (...) {
      thrown_ = std::current_exception();
      stop_ = true;
    }
  }
  void throw_if_stopped() const {
    if (thrown_) std::rethrow_exception(thrown_);
    if (stopped()) throw Error(ErrorCode::cancelled, "cancelled by the progress callback");
  }

 private:
  bool wanted() const { return progress_ && *progress_; }

  const Progress* progress_;
  double total_;
  std::atomic<double> done_{0.0};
  std::atomic<bool> stop_{false};
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
  std::exception_ptr thrown_;
};

// All of some output rows of a convolution without moments, in blocks of its blocking's size.
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

// Work of a step for the progress fraction: its multiplies, or a token amount for the passes
// without any.
double step_work(const Step& step) { return static_cast<double>(step.mac) + 1e4; }

}  // namespace

std::size_t Execution::arena_bytes(const Program& program) {
  return program.memory.total_floats * sizeof(float);
}

std::size_t Execution::scratch_bytes(const Program& program, int threads) {
  return scratch_stride(program) * static_cast<std::size_t>(threads) * sizeof(float);
}

std::size_t Execution::needed_bytes(const Program& program, int threads) {
  return arena_bytes(program) + scratch_bytes(program, threads);
}

Execution::Execution(Program program, int threads, std::size_t max_memory_bytes)
    : program_(std::move(program)) {
  check_memory(threads, max_memory_bytes);
  pack_weights(program_, threads);
  arena_ = AlignedBuffer(program_.memory.total_floats, "the picture's working memory");
  prepare(threads, max_memory_bytes);
}

void Execution::check_memory(int threads, std::size_t max_memory_bytes) const {
  const std::size_t needed = needed_bytes(program_, threads);
  if (max_memory_bytes == 0 || needed <= max_memory_bytes) return;
  constexpr std::size_t kMiB = 1024 * 1024;
  throw Error(ErrorCode::limit, "the picture needs " + std::to_string((needed + kMiB - 1) / kMiB) +
                                    " MiB of working memory, the limit is " +
                                    std::to_string(max_memory_bytes / kMiB) +
                                    " MiB; use a smaller size or raise the limit");
}

void Execution::prepare(int threads, std::size_t max_memory_bytes) {
  check_memory(threads, max_memory_bytes);
  const std::size_t needed = scratch_stride(program_) * static_cast<std::size_t>(threads);
  if (needed > scratch_.size()) scratch_ = AlignedBuffer(needed, "the threads' working memory");
  sharing_.prepare(program_.steps.size(), threads);
  threads_ = threads;
}

float* Execution::input() { return address(program_.input); }

float Execution::factor(bool is_scaled) const {
  return is_scaled ? *address(program_.input_centre) : 1.0f;
}

float Execution::offset_of(const Offset& offset, int channel) const {
  return address(offset.buffer, offset.place)[channel] / factor(offset.is_scaled);
}

Execution::Centre Execution::centre(const Step& step) const {
  Centre centre{factor(step.is_scaled), {}};
  if (step.offsets.empty()) return centre;
  centre.offset.resize(static_cast<std::size_t>(step.result.shape.c));
  for (std::size_t c = 0; c < centre.offset.size(); ++c) {
    for (const Offset& offset : step.offsets) {
      centre.offset[c] += centre.factor * offset_of(offset, static_cast<int>(c));
    }
  }
  return centre;
}

const float* Execution::address(int buffer, std::size_t place) const {
  if (buffer == kNoBuffer) return nullptr;
  return arena_.data() + program_.memory.offsets[static_cast<std::size_t>(buffer)] + place;
}

float* Execution::address(int buffer, std::size_t place) {
  return const_cast<float*>(std::as_const(*this).address(buffer, place));
}

float* Execution::address(const Operand& operand) {
  if (!operand.exists()) return nullptr;
  if (operand.buffer == kOutputBuffer) return output_ + operand.channel_offset;
  return address(operand.buffer) + operand.channel_offset;
}

View Execution::view(const Operand& operand) {
  return {address(operand), operand.shape.w * operand.pixel_stride, operand.pixel_stride,
          operand.first_row};
}

ConstView Execution::const_view(const Operand& operand) {
  return {address(operand), operand.shape.w * operand.pixel_stride, operand.pixel_stride,
          operand.first_row};
}

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
  if (op.bias_floor != kNoBuffer) args.floor = args.bias + args.plan.spec.out_c;
  args.act = op.act;
  args.skip = const_view(op.skip);
  args.output = view(op.output);
  return args;
}

void Execution::run_item(const ConvOp& op, int item, float* scratch) {
  const kernels::ConvArgs args = conv_args(op);
  const int out_c = args.plan.spec.out_c;
  const int areas = kernels::area_count(op.blocking, op.geometry.out_h, op.geometry.out_w);
  const int groups = (out_c + op.blocking.block_c - 1) / op.blocking.block_c;
  const int area = op.areas.first + (op.by_area ? item / groups : item % op.areas.count);
  const int group = op.by_area ? item % groups : item / op.areas.count;
  float* moments = nullptr;
  if (op.moments != kNoBuffer) {
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
  // Variances have the factor's square, and so must what is added to them.
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
  const bool as_rows = op.output.buffer == kOutputRows;
  const Shape& shape = op.output.shape;
  const View output =
      as_rows ? View{scratch, std::ptrdiff_t{shape.w} * shape.c, shape.c, begin} : view(op.output);
  const kernels::ConvInput input = conv_input(op.input, {});
  const kernels::AffineArgs args{
      shape.w,     shape.c,   input.x,        input.scale,           input.shift,
      input.floor, input.act, input.residual, input.residual_factor, output};
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

void Execution::run(const RunArgs& args) {
  style_params_ = args.style_params;
  output_ = args.output;
  rows_ = args.rows;
  double total = 0;
  for (int s = args.first_step; s < args.last_step; ++s) {
    total += step_work(program_.steps[static_cast<std::size_t>(s)]);
  }
  Reporter reporter(args.progress, total);
  const std::size_t stride = scratch_stride(program_);

  sharing_.restart();
  // The end of a step is the only synchronisation.
  auto run_steps = [&](int thread, int team) {
    float* scratch = scratch_.data() + static_cast<std::size_t>(thread) * stride;
    for (int s = args.first_step; s < args.last_step; ++s) {
      const Step& step = program_.steps[static_cast<std::size_t>(s)];
      const double item_work = step.items > 0 ? step_work(step) / step.items : 0;
      sharing_.for_each(s, step.items, thread, team, [&](int item) {
        if (reporter.stopped()) return;
        run_item(step, item, scratch);
        reporter.add(item_work);
        if (thread == 0) reporter.report(false);
      });
      if (thread == 0 && args.observer && step.result.exists() && !step.name.empty()) {
        (*args.observer)(step, const_view(step.result), centre(step));
      }
    }
  };
  in_team(threads_, run_steps);
  if (!reporter.stopped()) reporter.report(true);
  reporter.throw_if_stopped();
}

}  // namespace nst
