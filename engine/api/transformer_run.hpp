// TransformerRun: a transformer planned for one content size, with its memory. Model, Session and
// Painter all paint with this class.
#pragma once

#include "api/open_model.hpp"
#include "graph/execution.hpp"
#include "networks/style_params.hpp"
#include "nst/image.hpp"

namespace nst {

class TransformerRun {
 public:
  // Plans the transformer for a content of this size, within the limits of `run`, and allocates the
  // memory. `model` must outlive this object. Throws Error{input} if the content is too small,
  // Error{limit} if the memory limit is too low.
  //
  // `lender`: another transformer, or null. If its memory is large enough, this object uses the
  // same memory. The two must then not paint at the same time.
  TransformerRun(const OpenModel& model, Size content, const LoweringOptions& options,
                 const RunOptions& run, const TransformerRun* lender = nullptr);

  const Program& program() const { return execution_.program(); }
  // Returns the size of the network's output.
  Size output_size() const;
  // Returns true if this object can also paint a content of size `content` within the limits of
  // `run`.
  bool serves(Size content, const RunOptions& run) const;
  // Returns true if the plan has keep_encoder: encode's results are kept, so that render can run
  // again for other styles.
  bool keeps_encoder() const { return keeps_encoder_; }

  // Returns the content tensor [h, w, 3], which the caller fills before paint or encode. After
  // paint the tensor keeps its values only if the plan has keep_encoder.
  float* input() { return execution_.input(); }

  // Where the output goes: to `rows` if the plan has output_rows, to `picture` otherwise.
  struct Output {
    float* picture = nullptr;  // memory for output_size() pixels of 3 floats
    const Execution::RowSink* rows = nullptr;
    const Execution::Observer* observer = nullptr;
  };
  // Runs the whole network on the content tensor. Throws Error{cancelled}, and the errors that
  // check_style() throws for `style`.
  void paint(const StyleVector& style, const Output& output, const RunOptions& run);

  // Run the network in two parts; the plan must have keep_encoder. encode runs the steps that do
  // not depend on the style, once per content. render runs the other steps, once per style.
  void encode(const RunOptions& run);
  void render(const StyleVector& style, const Output& output, const RunOptions& run);

 private:
  void prepare(const RunOptions& run);
  // Computes params_ for `style`. Does nothing if `style` equals the style of the previous call:
  // for vectors of 768 numbers the computation takes milliseconds.
  void set_style(const StyleVector& style);
  void run_from(int first_step, const StyleVector& style, const Output& output,
                const RunOptions& run);

  const OpenModel& model_;
  const bool keeps_encoder_;
  StyleLayout layout_;
  // The network's parameters for the previous call's style, and that style's vector.
  std::vector<float> params_, style_values_;
  Execution execution_;
  AlignedBuffer output_;  // memory for the whole output; empty if the plan needs no such memory
};

}  // namespace nst
