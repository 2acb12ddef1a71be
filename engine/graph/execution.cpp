#include "graph/execution.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "graph/reporter.hpp"
#include "nst/error.hpp"
#include "platform/threads.hpp"
#include "weights/packing.hpp"

namespace nst {
namespace {

using kernels::ConstView;
using kernels::View;

// Starts each thread's scratch on a page of its own, so that threads share neither cache lines nor
// TLB entries.
constexpr std::size_t kScratchAlignFloats = 1024;

std::size_t scratch_stride(const Program& program) {
  return (program.scratch_floats + kScratchAlignFloats - 1) / kScratchAlignFloats *
         kScratchAlignFloats;
}

// Packs the weights that the program's steps read. Also sums the taps of each convolution for which
// the program has an OffsetOp. The OffsetOp needs these sums to compute the convolution's bias and
// the lower limit of its relu.
void prepare_weights(const Program& program, int threads) {
  std::vector<const PackedConv*> layers;
  for (const Step& step : program.steps) {
    if (const auto* offset = std::get_if<OffsetOp>(&step.op)) offset->layer->sum_taps();
    if (const auto* conv = std::get_if<ConvOp>(&step.op)) layers.push_back(conv->layer);
    if (const auto* fused = std::get_if<FusedConvsOp>(&step.op)) {
      for (const ConvOp& op : fused->convs) layers.push_back(op.layer);
    }
  }
  pack(layers, threads);
}

// Returns a step's part of the progress: its multiply-accumulates plus a small constant. The
// constant is for steps without multiply-accumulates.
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

Execution::Execution(Program program, int threads, std::size_t max_memory_bytes,
                     const Execution* lender)
    : program_(std::move(program)) {
  check_memory(threads, max_memory_bytes);
  prepare_weights(program_, threads);
  const std::size_t floats = program_.memory.total_floats;
  if (lender != nullptr && lender->arena_->size() >= floats) {
    arena_ = lender->arena_;
  } else {
    arena_ = std::make_shared<AlignedBuffer>(floats, "the picture's working memory");
  }
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

const float* Execution::address(BufferId buffer, std::size_t place) const {
  if (buffer == BufferId::none) return nullptr;
  return arena_->data() + program_.memory.offsets[index_of(buffer)] + place;
}

float* Execution::address(BufferId buffer, std::size_t place) {
  return const_cast<float*>(std::as_const(*this).address(buffer, place));
}

float* Execution::address(const Operand& operand) {
  if (!operand.exists()) return nullptr;
  if (operand.buffer == BufferId::output) return output_ + operand.channel_offset;
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
  // Threads wait for each other only at the end of each step.
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
