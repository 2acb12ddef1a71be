#include "api/painting.hpp"

#include <cmath>
#include <numeric>
#include <utility>

#include "api/encode.hpp"
#include "api/plan.hpp"
#include "graph/graph_cost.hpp"
#include "image/network_picture.hpp"
#include "image/picture_rows.hpp"
#include "image/view.hpp"
#include "nst/error.hpp"
#include "platform/float_environment.hpp"

namespace nst {
namespace {

const StyleOptions& own_style(const PaintOptions& options) {
  return options.own_style ? *options.own_style : options.style;
}

const StyleOptions& encoding_of(const Style::Part& part, const PaintOptions& options) {
  return part.encoding ? *part.encoding : options.style;
}

double work_of(const Model& model, const ImageView& picture, const StyleOptions& encoding) {
  return static_cast<double>(encode_work(opened(model), picture, encoding));
}

}  // namespace

bool mixes_own_style(const PaintOptions& options) { return options.strength != 1.0f; }

void check_options(const PaintOptions& options) {
  if (!(options.strength >= 0.0f && options.strength <= 2.0f)) {
    throw Error(ErrorCode::usage, "the strength must be 0 to 2");
  }
}

StageProgress::StageProgress(Progress progress, std::vector<double> work)
    : progress_(std::move(progress)),
      work_(std::move(work)),
      total_(std::accumulate(work_.begin(), work_.end(), 0.0)) {}

RunOptions StageProgress::next(RunOptions run) {
  run.progress = {};
  if (!progress_ || next_ >= work_.size()) return run;
  const double before = done_ / total_;
  const double share = work_[next_] / total_;
  done_ += work_[next_++];
  run.progress = [this, before, share](double fraction) {
    return progress_(std::min(before + share * fraction, 1.0));
  };
  return run;
}

std::vector<double> style_work(const Model& model, const Style& style,
                               const PaintOptions& options) {
  std::vector<double> work;
  for (const Style::Part& part : style.parts) {
    if (const auto* picture = std::get_if<ImageView>(&part.source)) {
      work.push_back(
          naming(part.name, [&] { return work_of(model, *picture, encoding_of(part, options)); }));
    }
  }
  return work;
}

std::vector<double> content_work(const Model& model, const ImageView& content,
                                 const PaintOptions& options) {
  return naming(options.content_name, [&] {
    check_picture(content, "content picture");
    std::vector<double> work;
    if (mixes_own_style(options)) work.push_back(work_of(model, content, own_style(options)));
    const Size size = apply(options.size, {content.width, content.height});
    StyleLayout layout;
    const Graph graph = transformer_graph(opened(model), size.width, size.height, layout);
    work.push_back(static_cast<double>(multiply_adds(graph)));
    return work;
  });
}

StyleVector StyleEncoder::encode_part(const Style::Part& part, const PaintOptions& options,
                                      const RunOptions& run, StageProgress& progress) {
  const auto* picture = std::get_if<ImageView>(&part.source);
  StyleVector vector =
      picture == nullptr ? std::get<StyleVector>(part.source) : naming(part.name, [&] {
        return nst::encode(opened(model_), predictor_, *picture, encoding_of(part, options),
                           progress.next(run), kWhite);
      });
  if (options.any_style_space) vector.space.clear();
  // Checks the vector. If the predictor made it from a picture, an error names the model; otherwise
  // it names the style.
  naming(picture == nullptr ? part.name : model_.info().name, [&] { model_.check_style(vector); });
  return vector;
}

StyleVector StyleEncoder::encode(const Style& style, const PaintOptions& options,
                                 const RunOptions& run, StageProgress& progress) {
  if (style.parts.empty()) throw Error(ErrorCode::usage, "a style has at least one part");
  std::vector<StyleVector> vectors;
  std::vector<double> weights;
  for (const Style::Part& part : style.parts) {
    vectors.push_back(encode_part(part, options, run, progress));
    weights.push_back(part.weight);
  }
  return vectors.size() == 1 ? vectors.front() : StyleVector::blend(vectors, weights);
}

StyleVector StyleEncoder::encode_content(const ImageView& content, const PaintOptions& options,
                                         const RunOptions& run, StageProgress& progress) {
  return naming(options.content_name, [&] {
    StyleVector own = nst::encode(opened(model_), predictor_, content, own_style(options),
                                  progress.next(run), options.background);
    if (options.any_style_space) own.space.clear();
    return own;
  });
}

PaintedContent::PaintedContent(const Model& model, const ImageView& content,
                               const PaintOptions& options, const RunOptions& run, bool repeated,
                               std::unique_ptr<TransformerRun> kept)
    : background_(options.background),
      quantise_(options.quantise),
      raw_(options.raw),
      type_(options.raw ? SampleType::f32 : options.type),
      composes_(options.alpha == AlphaOutput::compose) {
  naming(options.content_name, [&] {
    size_ = apply(options.size, {content.width, content.height});
    transformer_ = std::move(kept);
    if (!transformer_ || !transformer_->serves(size_, run)) {
      transformer_.reset();
      const LoweringOptions lowering{.keep_encoder = repeated, .output_rows = true};
      transformer_ = std::make_unique<TransformerRun>(opened(model), size_, lowering, run);
    }
    fill_input(content, {size_, options.resize, background_, "content picture"},
               transformer_->input());
    if (has_alpha(content) && options.alpha != AlphaOutput::drop && !raw_) {
      alpha_ = alpha_at(content, size_, options.resize);
    }
  });
}

void PaintedContent::paint_into(const MutableImageView& picture, const StyleVector& style,
                                const RunOptions& run, bool encoded) {
  OutputRows out{picture, quantise_};
  if (!alpha_.bytes.empty()) out.alpha = &alpha_;
  if (composes_) out.background = background_;
  const int width = transformer_->output_size().width;
  const Execution::RowSink rows = [&](int first, int count, const float* from) {
    write_rows(out, first, count, from, width);
  };
  if (encoded) {
    transformer_->render(style, {.rows = &rows}, run);
  } else {
    transformer_->paint(style, {.rows = &rows}, run);
  }
}

Image PaintedContent::paint(const StyleVector& style, const RunOptions& run, bool encoded) {
  const Size size = raw_ ? transformer_->output_size() : size_;
  Image picture(size.width, size.height, channels(), type_);
  paint_into(picture.target(), style, run, encoded);
  return picture;
}

namespace {

// Paints one picture. Calls release() when the content is no longer read, so that the caller can
// free the content's memory.
template <typename Release>
Image paint_once(const Model& model, const ImageView& content, const Style& style,
                 const PaintOptions& options, const RunOptions& run, Release&& release) {
  const DefaultFloatEnvironment environment;
  check_options(options);
  std::vector<double> work;
  if (run.progress) {
    work = style_work(model, style, options);
    const std::vector<double> rest = content_work(model, content, options);
    work.insert(work.end(), rest.begin(), rest.end());
  }
  StageProgress progress(run.progress, std::move(work));
  StyleEncoder encoder(model);
  StyleVector vector = encoder.encode(style, options, run, progress);
  naming(options.content_name, [&] { check_picture(content, "content picture"); });
  if (mixes_own_style(options)) {
    const StyleVector own = encoder.encode_content(content, options, run, progress);
    vector = StyleVector::blend(own, vector, options.strength);
  }
  encoder.clear();
  PaintedContent painted(model, content, options, run, false);
  release();
  return naming(options.content_name,
                [&] { return painted.paint(vector, progress.next(run), false); });
}

}  // namespace

PaintOptions tfhub_preset() {
  constexpr int kSide = 256;
  PaintOptions options;
  options.size.exact = {kSide, kSide};
  options.resize = Resize::tf;
  options.style = {kSide, Resize::tf, true};
  options.alpha = AlphaOutput::drop;
  options.quantise = Quantise::truncate;
  return options;
}

Image paint(const Model& model, const ImageView& content, const Style& style,
            const PaintOptions& options, const RunOptions& run) {
  return paint_once(model, content, style, options, run, [] {});
}

Image paint(const Model& model, Image&& content, const Style& style, const PaintOptions& options,
            const RunOptions& run) {
  Image taken = std::move(content);
  return paint_once(model, taken.view(), style, options, run, [&] { taken = {}; });
}

}  // namespace nst
