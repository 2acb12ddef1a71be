// Painting one content: what nst::paint and nst::Painter do with the networks.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/transformer_run.hpp"
#include "base/naming.hpp"
#include "nst/paint.hpp"

namespace nst {

// Converts the progress of several runs in sequence into one progress from 0 to 1.
class StageProgress {
 public:
  // `work` is the size of each stage, in any unit; `progress` may be empty.
  StageProgress(Progress progress, std::vector<double> work);
  // Returns `run` with the progress callback of the next stage. The callback refers to this object.
  RunOptions next(RunOptions run);

 private:
  Progress progress_;
  std::vector<double> work_;
  double total_ = 0.0;
  double done_ = 0.0;
  std::size_t next_ = 0;
};

// Encodes pictures as styles. Keeps its memory for the next picture of the same size.
class StyleEncoder {
 public:
  // `model` must outlive this object.
  explicit StyleEncoder(const Model& model) : model_(model) {}

  // Returns the style as one vector, checked against the model. Each picture of the style is one
  // stage of `progress`.
  StyleVector encode(const Style& style, const PaintOptions& options, const RunOptions& run,
                     StageProgress& progress);
  // Returns the content's own style, which is one stage of `progress`.
  StyleVector encode_content(const ImageView& content, const PaintOptions& options,
                             const RunOptions& run, StageProgress& progress);
  // Frees the memory.
  void clear() { predictor_.reset(); }

 private:
  StyleVector encode_part(const Style::Part& part, const PaintOptions& options,
                          const RunOptions& run, StageProgress& progress);

  const Model& model_;
  std::optional<Execution> predictor_;
};

// A content inside the transformer's input, and the alpha and options that its picture needs.
class PaintedContent {
 public:
  // Plans the transformer for the content and fills its input; the content is not needed
  // afterwards. `kept` is the transformer of an earlier content: it is reused if it fits, else
  // freed first. `repeated`: the content will be painted several times (keep_encoder).
  PaintedContent(const Model& model, const ImageView& content, const PaintOptions& options,
                 const RunOptions& run, bool repeated,
                 std::unique_ptr<TransformerRun> kept = nullptr);

  Size size() const { return size_; }
  int channels() const { return alpha_.bytes.empty() || composes_ ? 3 : 4; }
  TransformerRun& transformer() { return *transformer_; }
  std::unique_ptr<TransformerRun> take_transformer() { return std::move(transformer_); }

  // Paints into `picture`. If `encoded`, transformer().encode has run, and only the remaining steps
  // run.
  void paint_into(const MutableImageView& picture, const StyleVector& style, const RunOptions& run,
                  bool encoded);
  // Paints and returns the picture that the options ask for.
  Image paint(const StyleVector& style, const RunOptions& run, bool encoded);

 private:
  Size size_;
  Colour background_;
  Quantise quantise_;
  bool raw_;
  bool composes_;
  Image alpha_;  // one channel of size size_; empty: no alpha
  std::unique_ptr<TransformerRun> transformer_;
};

// Throws Error{usage} for options that are invalid for every content.
void check_options(const PaintOptions& options);
// Returns true if the content's own style is blended into the painting's.
bool mixes_own_style(const PaintOptions& options);

// Return the multiply-accumulates of each stage of painting, in order. style_work: one stage per
// picture of the style. content_work: the content's own style if strength asks for it, then the
// transformer.
std::vector<double> style_work(const Model& model, const Style& style, const PaintOptions& options);
std::vector<double> content_work(const Model& model, const ImageView& content,
                                 const PaintOptions& options);

}  // namespace nst
