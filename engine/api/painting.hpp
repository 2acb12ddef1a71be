// Painting one content: the steps that nst::paint and nst::Painter share.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/naming.hpp"
#include "graph/execution.hpp"
#include "image/match_colour.hpp"
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

  // Encodes the pictures of `style`, checks that every part fits the model, and returns the blend
  // of the parts. Each picture is one stage of `progress`.
  StyleVector encode(const Style& style, const PaintOptions& options, const RunOptions& run,
                     StageProgress& progress);
  // Encodes the content itself as a style, and returns its style vector. The encoding is one
  // stage of `progress`.
  StyleVector encode_content(const ImageView& content, const PaintOptions& options,
                             const RunOptions& run, StageProgress& progress);
  // Returns the vector of options.mask_style, the style outside the mask. Returns nullopt if there
  // is none. Each picture of this style is one stage of `progress`.
  std::optional<StyleVector> encode_outside(const PaintOptions& options, const RunOptions& run,
                                            StageProgress& progress);
  // Sets the mean colour and covariance that style pictures get before they are encoded
  // (PaintOptions::match_colour). nullopt leaves style pictures as they are.
  void set_colours(std::optional<ColourMoments> colours) { colours_ = colours; }
  // Frees the predictor and its memory. The next encoding makes them again.
  void clear() { predictor_.reset(); }

 private:
  StyleVector encode_part(const Style::Part& part, const PaintOptions& options,
                          const RunOptions& run, StageProgress& progress);

  const Model& model_;
  std::optional<Execution> predictor_;
  std::optional<ColourMoments> colours_;
};

// Throws Error{usage} if the options are invalid for every content.
void check_options(const PaintOptions& options);
// Returns the content's mean colour and covariance, which style pictures get before they are
// encoded. Returns nullopt if options.match_colour is false.
std::optional<ColourMoments> colours_to_match(const ImageView& content,
                                              const PaintOptions& options);
// Returns true if the options blend the content's own style into the given style.
bool mixes_own_style(const PaintOptions& options);

// Return the multiply-accumulates of each stage of painting, in order. style_work has one stage for
// each picture of the style. content_work has these stages:
//
// 1. if the strength is not 1: encoding the content's own style
// 2. if there is a style outside the mask: one stage for each picture of that style
// 3. painting
std::vector<double> style_work(const Model& model, const Style& style, const PaintOptions& options);
std::vector<double> content_work(const Model& model, const ImageView& content,
                                 const PaintOptions& options);

}  // namespace nst
