// A program with its memory: runs it, with any number of threads, allocating nothing.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "graph/program.hpp"
#include "graph/work_sharing.hpp"
#include "nst/progress.hpp"
#include "platform/aligned_buffer.hpp"

namespace nst {

class Execution {
 public:
  // Packs the weights the program needs (in parallel) and allocates arena and scratch for
  // `threads`. Throws Error{limit} if they exceed max_memory_bytes (0 = no limit) or cannot be had.
  Execution(Program program, int threads, std::size_t max_memory_bytes);

  const Program& program() const { return program_; }

  // The input tensor [h, w, c], dense. With keep_encoder it is only read by the steps before
  // first_style_step.
  float* input();
  // How a step's result is kept (Graph::centred_input): result = value · factor + offset of the
  // channel. No offsets: all are 0.
  struct Centre {
    float factor = 1;
    std::vector<float> offset;
  };

  // What a step made, after it ran; called on the calling thread. Only with a team of one.
  using Observer = std::function<void(const Step&, kernels::ConstView, const Centre&)>;

  // Takes rows [first, first + count) of the output, dense, as they are made; called by any thread,
  // on each row once. Must not throw.
  using RowSink = std::function<void(int first, int count, const float* rows)>;

  struct RunArgs {
    int first_step = 0;
    int last_step = 0;  // exclusive
    const float* style_params =
        nullptr;              // γ and β at the graph's offsets; needed from first_style_step on
    float* output = nullptr;  // dense [h, w, c], where Program::needs_output
    const RowSink* rows = nullptr;       // with LoweringOptions::output_rows
    const Progress* progress = nullptr;  // fraction of this call's work
    const Observer* observer = nullptr;
  };
  // The bytes made do not depend on the number of threads. Throws Error{cancelled} when progress
  // returned false, and whatever progress throws.
  void run(const RunArgs& args);

  // Sets team and memory limit for later runs. Throws Error{limit} as the constructor does.
  void prepare(int threads, std::size_t max_memory_bytes);

  static std::size_t arena_bytes(const Program& program);
  static std::size_t scratch_bytes(const Program& program, int threads);
  // Both: what max_memory_bytes is compared with.
  static std::size_t needed_bytes(const Program& program, int threads);

 private:
  Centre centre(const Step& step) const;
  void check_memory(int threads, std::size_t max_memory_bytes) const;
  // The centred input's factor, which goes with what is scaled; of anything else 1.
  float factor(bool is_scaled) const;
  // Of a channel, without the factor.
  float offset_of(const Offset& offset, int channel) const;
  // Floats of a buffer in the arena; null for kNoBuffer.
  const float* address(int buffer, std::size_t place = 0) const;
  float* address(int buffer, std::size_t place = 0);
  float* address(const Operand& operand);
  kernels::View view(const Operand& operand);
  kernels::ConstView const_view(const Operand& operand);
  kernels::ConvInput conv_input(const FormedOperand& operand, const Operand& formed);
  kernels::ConvArgs conv_args(const ConvOp& op);
  void run_item(const Step& step, int item, float* scratch);
  void run_item(const ConvOp& op, int item, float* scratch);
  void run_item(const FusedConvsOp& op, int item, float* scratch);
  void run_item(const PoolOp& op, int item, float* scratch);
  void run_item(const NormOp& op, int item, float* scratch);
  void run_item(const CentreOp& op, int item, float* scratch);
  void run_item(const OffsetOp& op, int item, float* scratch);
  void run_item(const AffineOp& op, int item, float* scratch);
  void run_item(const MeanOp& op, int item, float* scratch);
  void run_item(const CompleteOp&, int, float*) {}

  Program program_;
  AlignedBuffer arena_;
  AlignedBuffer scratch_;
  WorkSharing sharing_;
  int threads_ = 1;
  const float* style_params_ = nullptr;
  float* output_ = nullptr;
  const RowSink* rows_ = nullptr;
};

}  // namespace nst
