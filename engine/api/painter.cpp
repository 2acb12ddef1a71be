#include <memory>
#include <optional>
#include <utility>

#include "api/painting.hpp"
#include "image/network_picture.hpp"
#include "image/view.hpp"
#include "nst/error.hpp"
#include "platform/float_environment.hpp"

namespace nst {

namespace {

PaintOptions checked(PaintOptions options) {
  check_options(options);
  return options;
}

}  // namespace

struct Painter::Impl {
  Impl(Model m, PaintOptions o)
      : model(std::move(m)), options(checked(std::move(o))), encoder(model) {}

  PaintedContent& painted() {
    if (!content) throw Error(ErrorCode::usage, "painting needs set_content first");
    return *content;
  }

  // Drops the content. Keeps the content's transformer and its memory, for the next content.
  void forget_content() {
    if (content) spare = content->take_transformer();
    content.reset();
    own.reset();
  }

  // Returns the stages of the next run's progress: one for each picture of the style, then one of
  // size `last`. The last stage is left out if `last` is 0.
  StageProgress stages(const Style& style, const RunOptions& run, double last) const {
    if (!run.progress) return StageProgress({}, {});
    std::vector<double> work = style_work(model, style, options);
    if (last > 0.0) work.push_back(last);
    return StageProgress(run.progress, std::move(work));
  }

  // Calls paint(vector, run) with the style's vector, blended with the content's own style if
  // strength is not 1.
  template <typename Paint>
  auto paint_in(const Style& style, const RunOptions& run, Paint&& paint) {
    const double work = static_cast<double>(painted().transformer().program().mac);
    StageProgress progress = stages(style, run, work);
    StyleVector vector = encoder.encode(style, options, run, progress);
    if (own) vector = StyleVector::blend(*own, vector, options.strength);
    return naming(options.content_name, [&] { return paint(vector, progress.next(run)); });
  }

  Model model;
  PaintOptions options;
  StyleEncoder encoder;
  std::optional<PaintedContent> content;
  std::unique_ptr<TransformerRun> spare;  // transformer of a dropped content, kept for the next
  std::optional<StyleVector> own;         // the content's own style, if strength is not 1
};

Painter::Painter(Model model, PaintOptions options)
    : impl_(std::make_unique<Impl>(std::move(model), std::move(options))) {}
Painter::~Painter() = default;
Painter::Painter(Painter&&) noexcept = default;
Painter& Painter::operator=(Painter&&) noexcept = default;

const Model& Painter::model() const { return impl_->model; }
const PaintOptions& Painter::options() const { return impl_->options; }

void Painter::set_options(PaintOptions options) {
  Impl& p = *impl_;
  p.options = checked(std::move(options));
  p.forget_content();
}

StyleVector Painter::encode(const Style& style, const RunOptions& run) {
  const DefaultFloatEnvironment environment;
  StageProgress progress = impl_->stages(style, run, 0.0);
  return impl_->encoder.encode(style, impl_->options, run, progress);
}

void Painter::set_content(const ImageView& content, const RunOptions& run) {
  const DefaultFloatEnvironment environment;
  Impl& p = *impl_;
  p.forget_content();
  naming(p.options.content_name, [&] { check_picture(content, "content picture"); });
  StageProgress progress(run.progress, run.progress ? content_work(p.model, content, p.options)
                                                    : std::vector<double>{});
  if (mixes_own_style(p.options)) {
    p.own = p.encoder.encode_content(content, p.options, run, progress);
  }
  PaintedContent painted(p.model, content, p.options, run, true, std::move(p.spare));
  naming(p.options.content_name, [&] { painted.transformer().encode(progress.next(run)); });
  p.content.emplace(std::move(painted));
}

Size Painter::picture_size() const { return impl_->painted().size(); }
int Painter::picture_channels() const { return impl_->painted().channels(); }

Image Painter::paint(const Style& style, const RunOptions& run) {
  const DefaultFloatEnvironment environment;
  return impl_->paint_in(style, run, [&](const StyleVector& vector, const RunOptions& stage) {
    return impl_->painted().paint(vector, stage, true);
  });
}

void Painter::paint_into(const MutableImageView& picture, const Style& style,
                         const RunOptions& run) {
  const DefaultFloatEnvironment environment;
  check_target(picture, impl_->painted().size());
  impl_->paint_in(style, run, [&](const StyleVector& vector, const RunOptions& stage) {
    impl_->painted().paint_into(picture, vector, stage, true);
  });
}

}  // namespace nst
