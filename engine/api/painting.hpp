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

// Joins the progress of several runs, one after the other, into one progress from 0 to 1.
class StageProgress {
 public:
  // `work` is the expected work of each stage, in any unit. `progress` is the caller's callback,
  // which may be empty.
  StageProgress(Progress progress, std::vector<double> work);
  // Returns `run` with a progress callback for the next stage. The callback refers to this
  // StageProgress, which must outlive it.
  RunOptions next(RunOptions run);

 private:
  Progress progress_;
  std::vector<double> work_;
  double total_ = 0.0;
  double done_ = 0.0;
  std::size_t next_ = 0;
};

// Encodes pictures as style vectors. Keeps the predictor and its memory for the next picture of the
// same size.
class StyleEncoder {
 public:
  // `model` must outlive this object.
  explicit StyleEncoder(const Model& model) : model_(model) {}

  // Returns the style as one vector, checked against the model. Each picture of the style is one
  // stage of `progress`.
  StyleVector encode(const Style& style, const PaintOptions& options, const RunOptions& run,
                     StageProgress& progress);
  // Returns the content's own style vector. Encoding it is one stage of `progress`.
  StyleVector encode_content(const ImageView& content, const PaintOptions& options,
                             const RunOptions& run, StageProgress& progress);
  // Frees the predictor's memory.
  void clear() { predictor_.reset(); }

 private:
  StyleVector encode_part(const Style::Part& part, const PaintOptions& options,
                          const RunOptions& run, StageProgress& progress);

  const Model& model_;
  std::optional<Execution> predictor_;
};

// A content that has been written to the transformer's input, ready to be painted in any style.
// Also holds the content's alpha and the options for the finished picture.
class PaintedContent {
 public:
  // Plans the transformer for the content and fills its input. Afterwards the content is no longer
  // needed. `kept` is the transformer of an earlier content: it is reused if it fits and freed
  // otherwise. `repeated` says that the content will be painted several times
  // (LoweringOptions::keep_encoder).
  PaintedContent(const Model& model, const ImageView& content, const PaintOptions& options,
                 const RunOptions& run, bool repeated,
                 std::unique_ptr<TransformerRun> kept = nullptr);

  Size size() const { return size_; }
  int channels() const { return alpha_.bytes.empty() || composes_ ? 3 : 4; }
  TransformerRun& transformer() { return *transformer_; }
  std::unique_ptr<TransformerRun> take_transformer() { return std::move(transformer_); }

  // Paints the content into `picture`. encoded = true: transformer().encode has run already, and
  // only the style-dependent steps run.
  void paint_into(const MutableImageView& picture, const StyleVector& style, const RunOptions& run,
                  bool encoded);
  // Paints the content and returns a picture of the type, size and channels that the options ask
  // for.
  Image paint(const StyleVector& style, const RunOptions& run, bool encoded);

 private:
  Size size_;
  Colour background_;
  Quantise quantise_;
  bool raw_;
  SampleType type_;  // sample type of the painted picture
  bool composes_;
  Image alpha_;  // alpha, one channel of size size_; empty: the content has no alpha
  std::unique_ptr<TransformerRun> transformer_;
};

// Throws Error{usage} for options that no content can be painted with.
void check_options(const PaintOptions& options);
// Returns true if the options blend the content's own style into the given style.
bool mixes_own_style(const PaintOptions& options);

// Return the multiply-accumulates of each stage of painting, in order.
//
// - style_work: one stage for each picture of the style
// - content_work: a stage for the content's own style if strength is not 1, then the transformer
std::vector<double> style_work(const Model& model, const Style& style, const PaintOptions& options);
std::vector<double> content_work(const Model& model, const ImageView& content,
                                 const PaintOptions& options);

}  // namespace nst
