#include <memory>
#include <optional>
#include <utility>

#include "api/content_painting.hpp"
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

  ContentPainting& painted() {
    if (!content) throw Error(ErrorCode::usage, "painting needs set_content first");
    return *content;
  }

  // Drops the content. Keeps the content's transformers and their memory, for the next content.
  void forget_content() {
    if (content) content->give_networks(spare);
    content.reset();
    own.reset();
    encoder.set_colours(std::nullopt);
  }

  // Returns the stages of the next run's progress: one for each picture of the style, and a last
  // one for painting. If the run only encodes the style, `painting` is null and the last stage is
  // missing.
  StageProgress stages(const Style& style, const RunOptions& run,
                       const ContentPainting* painting) const {
    if (!run.progress) return StageProgress({}, {});
    std::vector<double> work = style_work(model, style, options);
    if (painting != nullptr) work.push_back(painting->work());
    return StageProgress(run.progress, std::move(work));
  }

  // Computes the style's vector and calls paint(vector, painting_run). If strength is not 1, the
  // vector is blended with the content's own style. The painting_run is a copy of `run` with the
  // progress callback of the stage for painting.
  template <typename Paint>
  auto paint_in(const Style& style, const RunOptions& run, Paint&& paint) {
    StageProgress progress = stages(style, run, &painted());
    StyleVector vector = encoder.encode(style, options, run, progress);
    if (own) vector = StyleVector::blend(*own, vector, options.strength);
    return naming(options.content_name, [&] { return paint(vector, progress.next(run)); });
  }

  Model model;
  PaintOptions options;
  StyleEncoder encoder;
  std::unique_ptr<ContentPainting> content;  // null: no content is set
  // Transformers made for earlier contents. A later content of the same size reuses them.
  NetworkShelf spare;
  // The style of the content itself, with which other styles are blended. Set only if the options
  // ask for such a blend, by a strength other than 1.
  std::optional<StyleVector> own;
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
  // With match_colour, style pictures get the content's colours. So painted() throws if there is no
  // content.
  if (impl_->options.match_colour) (void)impl_->painted();
  StageProgress progress = impl_->stages(style, run, nullptr);
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
  p.encoder.set_colours(colours_to_match(content, p.options));
  std::optional<StyleVector> outside = p.encoder.encode_outside(p.options, run, progress);
  auto painting =
      start_painting(p.model, content, p.options, std::move(outside), run, true, p.spare);
  naming(p.options.content_name, [&] { painting->prepare(progress.next(run)); });
  p.content = std::move(painting);
}

Size Painter::picture_size() const { return impl_->painted().form().size(); }
int Painter::picture_channels() const { return impl_->painted().form().channels(); }

Image Painter::paint(const Style& style, const RunOptions& run) {
  const DefaultFloatEnvironment environment;
  return impl_->paint_in(style, run, [&](const StyleVector& vector, const RunOptions& stage) {
    return impl_->painted().paint(vector, stage);
  });
}

void Painter::paint_into(const MutableImageView& picture, const Style& style,
                         const RunOptions& run) {
  const DefaultFloatEnvironment environment;
  check_target(picture, impl_->painted().form().size());
  impl_->paint_in(style, run, [&](const StyleVector& vector, const RunOptions& stage) {
    impl_->painted().paint_into(picture, vector, stage);
  });
}

}  // namespace nst
