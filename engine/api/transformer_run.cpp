#include "api/transformer_run.hpp"

#include <vector>

#include "api/plan.hpp"
#include "platform/thread_count.hpp"

namespace nst {

TransformerRun::TransformerRun(const OpenModel& model, Size content, const LoweringOptions& options,
                               const RunOptions& run, const TransformerRun* lender)
    : model_(model),
      keeps_encoder_(options.keep_encoder),
      execution_(
          make_execution(lower_transformer_within(model, content.width, content.height, layout_,
                                                  options, run.threads, run.max_memory_bytes),
                         run, lender == nullptr ? nullptr : &lender->execution_)) {
  const Shape& shape = program().output_shape;
  if (!options.output_rows || !program().needs_output) return;
  output_ = AlignedBuffer(
      std::size_t{3} * static_cast<std::size_t>(shape.h) * static_cast<std::size_t>(shape.w),
      "the painted picture");
}

Size TransformerRun::output_size() const {
  return {program().output_shape.w, program().output_shape.h};
}

bool TransformerRun::serves(Size content, const RunOptions& run) const {
  const int team = threads_for_work(run.threads, program().mac);
  return program().input.shape == Shape{content.height, content.width, 3} &&
         (run.max_memory_bytes == 0 ||
          Execution::needed_bytes(program(), team) <= run.max_memory_bytes);
}

void TransformerRun::prepare(const RunOptions& run) {
  execution_.prepare(threads_for_work(run.threads, program().mac), run.max_memory_bytes);
}

void TransformerRun::set_style(const StyleVector& style) {
  if (!params_.empty() && style.values == style_values_) return;
  params_ = style_params(model_.layers, layout_, style);
  style_values_ = style.values;
}

void TransformerRun::encode(const RunOptions& run) {
  prepare(run);
  execution_.run({.last_step = program().first_style_step, .progress = &run.progress});
}

void TransformerRun::paint(const StyleVector& style, const Output& output, const RunOptions& run) {
  run_from(0, style, output, run);
}

void TransformerRun::render(const StyleVector& style, const Output& output, const RunOptions& run) {
  run_from(program().first_style_step, style, output, run);
}

void TransformerRun::run_from(int first_step, const StyleVector& style, const Output& output,
                              const RunOptions& run) {
  check_style(model_, style);
  prepare(run);
  set_style(style);
  execution_.run({.first_step = first_step,
                  .last_step = program().step_count(),
                  .style_params = params_.data(),
                  .output = output.rows != nullptr ? output_.data() : output.picture,
                  .rows = output.rows,
                  .progress = &run.progress,
                  .observer = output.observer});
}

}  // namespace nst
