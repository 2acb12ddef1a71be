// A picture being painted: what nst::paint and nst::Painter do with the networks.
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

// Turns the progress of single runs into that of all of them.
class StageProgress {
 public:
  // Stages as large as `work`, in any unit; `progress` may be empty.
  StageProgress(Progress progress, std::vector<double> work);
  // Options of the next stage's run: `run` with its share of the progress. They refer to this
  // object.
  RunOptions next(RunOptions run);

 private:
  Progress progress_;
  std::vector<double> work_;
  double total_ = 0.0;
  double done_ = 0.0;
  std::size_t next_ = 0;
};

// Encodes pictures as styles on memory that is kept for the next of the same size.
class StyleEncoder {
 public:
  // `model` must outlive the object.
  explicit StyleEncoder(const Model& model) : model_(model) {}

  // Returns the style as one vector, checked against the model. `progress`: a stage for each
  // picture.
  StyleVector encode(const Style& style, const PaintOptions& options, const RunOptions& run,
                     StageProgress& progress);
  // Returns the content's own style.
  StyleVector encode_content(const ImageView& content, const PaintOptions& options,
                             const RunOptions& run, StageProgress& progress);
  // Gives the memory back.
  void clear() { predictor_.reset(); }

 private:
  StyleVector encode_part(const Style::Part& part, const PaintOptions& options,
                          const RunOptions& run, StageProgress& progress);

  const Model& model_;
  std::optional<Execution> predictor_;
};

// A content inside the transformer, and what its picture needs beside it.
class PaintedContent {
 public:
  // Plans the transformer for the content and fills its input, so that the content is not needed
  // afterwards. `kept`: the transformer of an earlier content, used again if it fits, else given
  // back first. repeated: as many paintings as wanted (keep_encoder).
  PaintedContent(const Model& model, const ImageView& content, const PaintOptions& options,
                 const RunOptions& run, bool repeated,
                 std::unique_ptr<TransformerRun> kept = nullptr);

  Size size() const { return size_; }
  int channels() const { return alpha_.bytes.empty() || composes_ ? 3 : 4; }
  TransformerRun& transformer() { return *transformer_; }
  std::unique_ptr<TransformerRun> take_transformer() { return std::move(transformer_); }

  // Paints into `picture`. `run` is of the whole network or, after transformer().encode, of the
  // rest.
  void paint_into(const MutableImageView& picture, const StyleVector& style, const RunOptions& run,
                  bool encoded);
  // Returns the picture that the options ask for.
  Image paint(const StyleVector& style, const RunOptions& run, bool encoded);

 private:
  Size size_;
  Colour background_;
  Quantise quantise_;
  bool raw_;
  bool composes_;
  Image alpha_;  // one channel, at size_; empty: none
  std::unique_ptr<TransformerRun> transformer_;
};

// Throws Error{usage} for options that make no sense whatever the content.
void check_options(const PaintOptions& options);
// True if the content's own style has a part in the picture's.
bool mixes_own_style(const PaintOptions& options);

// Multiply-accumulates of the stages of painting, in their order: each picture of the style; then
// the content's own style where strength asks for it, and the transformer.
std::vector<double> style_work(const Model& model, const Style& style, const PaintOptions& options);
std::vector<double> content_work(const Model& model, const ImageView& content,
                                 const PaintOptions& options);

}  // namespace nst
