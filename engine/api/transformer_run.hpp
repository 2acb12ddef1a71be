// The one way from a content to a picture: a transformer planned for a size, its memory, its runs.
// Model, Session and Painter paint through it.
#pragma once

#include "api/model_impl.hpp"
#include "graph/execution.hpp"
#include "networks/style_params.hpp"
#include "nst/image.hpp"

namespace nst {

class TransformerRun {
 public:
  // Plans for a content of width × height within what `run` allows and takes the memory. `model`
  // must outlive the object. Throws Error{input} for a picture that is too small, Error{limit}.
  TransformerRun(const Model::Impl& model, Size content, const LoweringOptions& options,
                 const RunOptions& run);

  const Program& program() const { return execution_.program(); }
  // Size of the network's picture.
  Size output_size() const;
  // True if this can paint a content of that size as `run` wants it.
  bool serves(Size content, const RunOptions& run) const;

  // The content [h, w, 3], to be filled before paint or encode. Kept by paint only where the plan
  // has keep_encoder.
  float* input() { return execution_.input(); }

  // Where the picture goes: one of the first two, as LoweringOptions::output_rows was.
  struct Output {
    float* picture = nullptr;  // [h, w, 3] of output_size
    const Execution::RowSink* rows = nullptr;
    const Execution::Observer* observer = nullptr;
  };
  // Runs the whole network on the input. Throws what check_style throws, Error{cancelled}.
  void paint(const StyleVector& style, const Output& output, const RunOptions& run);

  // The same in two parts, with keep_encoder: what does not depend on the style, once, and the rest
  // for every style.
  void encode(const RunOptions& run);
  void render(const StyleVector& style, const Output& output, const RunOptions& run);

 private:
  void prepare(const RunOptions& run);
  // Fills params_ for `style`, unless they are there: of 768 numbers they cost milliseconds.
  void set_style(const StyleVector& style);
  void run_from(int first_step, const StyleVector& style, const Output& output,
                const RunOptions& run);

  const Model::Impl& model_;
  StyleLayout layout_;
  std::vector<float> params_, style_values_;  // of the last style
  Execution execution_;
  AlignedBuffer output_;  // where a plan with output_rows needs one
};

}  // namespace nst
