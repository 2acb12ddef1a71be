// A program with its memory. Runs the program with any number of threads and allocates nothing
// while running.
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
  // Packs the program's weights, in parallel, and allocates the arena and the scratch of `threads`
  // threads. Throws Error{limit} if they exceed max_memory_bytes (0: no limit) or memory runs out.
  Execution(Program program, int threads, std::size_t max_memory_bytes);

  const Program& program() const { return program_; }

  // Returns the input tensor [h, w, c], dense. With keep_encoder only the steps before
  // first_style_step read it.
  float* input();
  // How a step's result is stored (Graph::centred_input): result = value · factor + offset of the
  // channel. If `offset` is empty, all offsets are 0.
  struct Centre {
    float factor = 1;
    std::vector<float> offset;
  };

  // Called on the calling thread with each step that completes a named value, and its result. Only
  // for a team of one.
  using Observer = std::function<void(const Step&, kernels::ConstView, const Centre&)>;

  // Takes rows [first, first + count) of the output, dense, while they are made. Called once for
  // each row, by any thread. Must not throw.
  using RowSink = std::function<void(int first, int count, const float* rows)>;

  struct RunArgs {
    int first_step = 0;
    int last_step = 0;  // the step after the last one to run
    // γ and β at the graph's offsets; required from first_style_step on.
    const float* style_params = nullptr;
    float* output = nullptr;             // output memory [h, w, c], if the program needs_output
    const RowSink* rows = nullptr;       // receiver of the output's rows, with output_rows
    const Progress* progress = nullptr;  // receives the finished fraction of this call's work
    const Observer* observer = nullptr;
  };
  // Runs the steps [first_step, last_step). The bytes of the output do not depend on the number of
  // threads. Throws Error{cancelled} if the progress callback returned false, and any exception
  // that it throws.
  void run(const RunArgs& args);

  // Sets the number of threads and the memory limit of later runs. Throws Error{limit} as the
  // constructor does.
  void prepare(int threads, std::size_t max_memory_bytes);

  static std::size_t arena_bytes(const Program& program);
  static std::size_t scratch_bytes(const Program& program, int threads);
  // Returns arena plus scratch: the bytes that max_memory_bytes limits.
  static std::size_t needed_bytes(const Program& program, int threads);

 private:
  Centre centre(const Step& step) const;
  void check_memory(int threads, std::size_t max_memory_bytes) const;
  // Returns the factor of the centred input if is_scaled, else 1.
  float factor(bool is_scaled) const;
  // Returns the offset of a channel, divided by the factor.
  float offset_of(const Offset& offset, int channel) const;
  // Returns the address of float `place` of a buffer in the arena; null for BufferId::none.
  const float* address(BufferId buffer, std::size_t place = 0) const;
  float* address(BufferId buffer, std::size_t place = 0);
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
