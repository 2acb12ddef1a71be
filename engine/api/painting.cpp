#include "api/painting.hpp"

#include <cmath>
#include <numeric>
#include <utility>

#include "api/content_painting.hpp"
#include "api/encode.hpp"
#include "image/samples.hpp"
#include "image/view.hpp"
#include "nst/error.hpp"
#include "platform/float_environment.hpp"

namespace nst {
namespace {

// Bounds for PaintOptions::brush, the shorter side of the first picture that is painted. In a
// picture below kLeastBrush no shapes can be recognised, only colours.
constexpr int kLeastBrush = 32;
constexpr int kMostBrush = 16384;

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
  if (!(options.fade >= 0.0f && options.fade <= 1.0f)) {
    throw Error(ErrorCode::usage, "the fade must be 0 to 1");
  }
  const bool is_start = options.brush >= kLeastBrush && options.brush <= kMostBrush;
  if (options.brush != kBrushAuto && options.brush != kBrushOff && !is_start) {
    throw Error(ErrorCode::usage, "the brush must be off, automatic, or a size of " +
                                      std::to_string(kLeastBrush) + " to " +
                                      std::to_string(kMostBrush));
  }
  if (options.mask_style && options.mask.data == nullptr) {
    throw Error(ErrorCode::usage, "a style outside the mask needs a mask");
  }
}

std::optional<ColourMoments> colours_to_match(const ImageView& content,
                                              const PaintOptions& options) {
  if (!options.match_colour) return std::nullopt;
  return naming(options.content_name, [&] {
    check_picture(content, "content picture");
    check_samples(content, "content picture");
    return colour_moments(content, options.background);
  });
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
    if (options.mask_style) {
      const std::vector<double> outside = style_work(model, *options.mask_style, options);
      work.insert(work.end(), outside.begin(), outside.end());
    }
    const Size size = apply(options.size, {content.width, content.height});
    double painting = 0.0;
    for (const Size level : painted_sizes(options, size))
      painting += transformer_work(model, level);
    work.push_back(painting * (options.mask_style ? 2.0 : 1.0));
    return work;
  });
}

StyleVector StyleEncoder::encode_part(const Style::Part& part, const PaintOptions& options,
                                      const RunOptions& run, StageProgress& progress) {
  const auto* picture = std::get_if<ImageView>(&part.source);
  StyleVector vector =
      picture == nullptr ? std::get<StyleVector>(part.source) : naming(part.name, [&] {
        return nst::encode(opened(model_), predictor_, *picture, encoding_of(part, options),
                           progress.next(run), kWhite, colours_ ? &*colours_ : nullptr);
      });
  if (options.any_style_space) vector.space.clear();
  // Throws if the model cannot use the vector. The error names the model if the predictor made the
  // vector from a picture. Otherwise the error names the style.
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

std::optional<StyleVector> StyleEncoder::encode_outside(const PaintOptions& options,
                                                        const RunOptions& run,
                                                        StageProgress& progress) {
  if (!options.mask_style) return std::nullopt;
  return encode(*options.mask_style, options, run, progress);
}

namespace {

// Paints one picture. `owned` points to the content if the caller does not need it any more, and is
// null otherwise. The memory of the owned content becomes the result if it has the result's size
// and type. If not, it is freed as soon as it is no longer read.
Image paint_once(const Model& model, const ImageView& content, const Style& style,
                 const PaintOptions& options, const RunOptions& run, Image* owned) {
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
  encoder.set_colours(colours_to_match(content, options));
  StyleVector vector = encoder.encode(style, options, run, progress);
  naming(options.content_name, [&] { check_picture(content, "content picture"); });
  if (mixes_own_style(options)) {
    const StyleVector own = encoder.encode_content(content, options, run, progress);
    vector = StyleVector::blend(own, vector, options.strength);
  }
  std::optional<StyleVector> outside = encoder.encode_outside(options, run, progress);
  encoder.clear();
  NetworkShelf shelf;
  const auto painting =
      start_painting(model, content, options, std::move(outside), run, false, shelf);
  return naming(options.content_name, [&] {
    if (owned != nullptr && painting->form().matches(*owned)) {
      painting->paint_into(owned->target(), vector, progress.next(run));
      return std::move(*owned);
    }
    if (owned != nullptr && !painting->reads_content()) *owned = {};
    return painting->paint(vector, progress.next(run));
  });
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
  options.brush = kBrushOff;
  return options;
}

Image paint(const Model& model, const ImageView& content, const Style& style,
            const PaintOptions& options, const RunOptions& run) {
  return paint_once(model, content, style, options, run, nullptr);
}

Image paint(const Model& model, Image&& content, const Style& style, const PaintOptions& options,
            const RunOptions& run) {
  Image taken = std::move(content);
  return paint_once(model, taken.view(), style, options, run, &taken);
}

}  // namespace nst
