// Execution: a program together with its memory. It runs the program on any number of threads and
// allocates nothing during a run.
#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "graph/program.hpp"
#include "graph/work_sharing.hpp"
#include "nst/progress.hpp"
#include "platform/aligned_buffer.hpp"

namespace nst {

class Execution {
 public:
  // Packs the program's weights on all threads. Allocates the arena, and the scratch of `threads`
  // threads. Throws Error{limit} if they exceed max_memory_bytes (0: no limit) or memory runs out.
  //
  // `lender`: another execution, or null. If its arena is large enough, this execution uses the
  // same arena. The two must not run at the same time, and each run destroys the values of the
  // other execution.
  Execution(Program program, int threads, std::size_t max_memory_bytes,
            const Execution* lender = nullptr);

  const Program& program() const { return program_; }

  // Returns the input tensor [h, w, c], which has no gaps between pixels and rows. If the program
  // was lowered with keep_encoder, only the style-independent steps read the input tensor.
  // They are the steps before Program::first_style_step.
  float* input();
  // How the result of a step is stored in a network that computes with deviations
  // (Graph::centred_input): stored = value · factor + offset[channel]. If `offset` is empty, all
  // offsets are 0.
  struct Centre {
    float factor = 1;
    std::vector<float> offset;
  };

  // A function that inspects named values (Node::name), for tests. It is called on the calling
  // thread after each step that completes such a value. Observers are allowed only in runs on one
  // thread.
  using Observer = std::function<void(const Step&, kernels::ConstView, const Centre&)>;

  // A function that receives rows [first, first + count) of the output as soon as they are made.
  // There are no gaps between pixels and rows. Calls come from any thread and in any order; every
  // row is given exactly once. The function must not throw.
  using RowSink = std::function<void(int first, int count, const float* rows)>;

  struct RunArgs {
    int first_step = 0;
    int last_step = 0;  // the step after the last one to run
    // γ and β of all instance norms, at the offsets Node::gamma and Node::beta. Required if steps
    // from first_style_step on are run.
    const float* style_params = nullptr;
    float* output = nullptr;        // output memory [h, w, c], if the program needs_output
    const RowSink* rows = nullptr;  // receives the output's rows; see LoweringOptions::output_rows
    const Progress* progress = nullptr;  // receives the finished fraction of this call's work
    const Observer* observer = nullptr;
  };
  // Runs the steps [first_step, last_step). The output has the same bytes for every number of
  // threads. Throws Error{cancelled} if the progress callback returned false, and any exception
  // that the callback throws.
  void run(const RunArgs& args);

  // Sets the number of threads and the memory limit of later runs. Throws Error{limit} as the
  // constructor does.
  void prepare(int threads, std::size_t max_memory_bytes);

  static std::size_t arena_bytes(const Program& program);
  static std::size_t scratch_bytes(const Program& program, int threads);
  // Returns the number of bytes that max_memory_bytes limits: the arena and the scratch of all
  // threads.
  static std::size_t needed_bytes(const Program& program, int threads);

 private:
  Centre centre(const Step& step) const;
  void check_memory(int threads, std::size_t max_memory_bytes) const;
  // Returns the factor by which the input picture's deviations are multiplied. Returns 1 if
  // is_scaled is false.
  float factor(bool is_scaled) const;
  // Returns the offset of a tensor's channel. If the offset was multiplied by the input picture's
  // factor, divides it by this factor.
  float offset_of(const Offset& offset, int channel) const;
  // Returns the address of a float in the arena: the one at index `place` of the given buffer.
  // Returns null for BufferId::none.
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
  std::shared_ptr<AlignedBuffer> arena_;
  AlignedBuffer scratch_;
  WorkSharing sharing_;
  int threads_ = 1;
  const float* style_params_ = nullptr;
  float* output_ = nullptr;
  const RowSink* rows_ = nullptr;
};

}  // namespace nst
