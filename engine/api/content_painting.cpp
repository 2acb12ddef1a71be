#include "api/content_painting.hpp"

#include <algorithm>

#include "api/painting.hpp"
#include "api/plan.hpp"
#include "api/staged_painting.hpp"
#include "base/naming.hpp"
#include "graph/graph_cost.hpp"
#include "image/brush.hpp"
#include "image/picture_rows.hpp"

namespace nst {
namespace {

// Paints at one size, and blends no colours or pixels of the photo into the painting afterwards.
// Each row is written to the finished picture as soon as the network has computed it.
class StreamedPainting final : public ContentPainting {
 public:
  StreamedPainting(const Model& model, const ImageView& content, const PaintOptions& options,
                   Size size, const RunOptions& run, bool repeated, NetworkShelf& shelf)
      : ContentPainting(PictureForm(content, options, size)),
        transformer_(shelf.take(size, repeated, run)) {
    shelf.clear();
    if (!transformer_) {
      const LoweringOptions lowering{.keep_encoder = repeated, .output_rows = true};
      transformer_ = std::make_unique<TransformerRun>(opened(model), size, lowering, run);
    }
    fill_input(content, {size, options.resize, options.background, "content picture"},
               transformer_->input());
  }

  bool reads_content() const override { return false; }
  double work() const override { return static_cast<double>(transformer_->program().mac); }
  void prepare(const RunOptions& run) override {
    transformer_->encode(run);
    is_prepared_ = true;
  }
  void paint_into(const MutableImageView& picture, const StyleVector& style,
                  const RunOptions& run) override {
    const OutputRows out = form().rows(picture);
    const int width = transformer_->output_size().width;
    const Execution::RowSink rows = [&](int first, int count, const float* from) {
      write_rows(out, first, count, from, width);
    };
    if (is_prepared_) {
      transformer_->render(style, {.rows = &rows}, run);
    } else {
      transformer_->paint(style, {.rows = &rows}, run);
    }
  }
  void give_networks(NetworkShelf& shelf) override { shelf.put(std::move(transformer_)); }

 private:
  Size raw_size() const override { return transformer_->output_size(); }

  std::unique_ptr<TransformerRun> transformer_;
  bool is_prepared_ = false;
};

}  // namespace

PictureForm::PictureForm(const ImageView& content, const PaintOptions& options, Size size)
    : size_(size),
      background_(options.background),
      quantise_(options.quantise),
      raw_(options.raw),
      type_(options.raw ? SampleType::f32 : options.type),
      composes_(options.alpha == AlphaOutput::compose) {
  if (has_alpha(content) && options.alpha != AlphaOutput::drop && !raw_) {
    alpha_ = alpha_at(content, size_, options.resize);
  }
}

OutputRows PictureForm::rows(const MutableImageView& picture) const {
  OutputRows out{picture, quantise_};
  if (!alpha_.bytes.empty()) out.alpha = &alpha_;
  if (composes_) out.background = background_;
  return out;
}

Image ContentPainting::paint(const StyleVector& style, const RunOptions& run) {
  const Size size = form_.raw() ? raw_size() : form_.size();
  Image picture(size.width, size.height, form_.channels(), form_.type());
  paint_into(picture.target(), style, run);
  return picture;
}

std::vector<Size> painted_sizes(const PaintOptions& options, Size size) {
  if (options.brush != kBrushAuto) return brush_sizes(size, options.brush);
  // With PaintOptions::brush = kBrushAuto, a picture whose shorter side is at most kSmall is
  // painted once, at its own size. A larger picture is first painted with a shorter side of kStart,
  // then at growing sizes up to its own.
  constexpr int kSmall = 700;
  constexpr int kStart = 256;
  const bool brushes = !options.raw && std::min(size.width, size.height) > kSmall;
  return brush_sizes(size, brushes ? kStart : kBrushOff);
}

bool is_staged(const PaintOptions& options, Size size) {
  return options.fade != 1.0f || options.keep_colour != KeepColour::off ||
         options.mask.data != nullptr || painted_sizes(options, size).size() > 1;
}

double transformer_work(const Model& model, Size size) {
  StyleLayout layout;
  const Graph graph = transformer_graph(opened(model), size.width, size.height, layout);
  return static_cast<double>(multiply_adds(graph));
}

std::unique_ptr<ContentPainting> start_painting(const Model& model, const ImageView& content,
                                                const PaintOptions& options,
                                                std::optional<StyleVector> outside,
                                                const RunOptions& run, bool repeated,
                                                NetworkShelf& shelf) {
  return naming(options.content_name, [&]() -> std::unique_ptr<ContentPainting> {
    const Size size = apply(options.size, {content.width, content.height});
    if (is_staged(options, size)) {
      return std::make_unique<StagedPainting>(model, content, options, size, std::move(outside),
                                              run, repeated, shelf);
    }
    return std::make_unique<StreamedPainting>(model, content, options, size, run, repeated, shelf);
  });
}

PlanInfo plan_paint(const Model& model, Size content, const PaintOptions& options, int threads,
                    std::size_t max_memory_bytes) {
  check_options(options);
  const Size size = apply(options.size, content);
  if (!is_staged(options, size)) {
    return model.plan_transformer(size.width, size.height, threads, max_memory_bytes);
  }
  const ImageView view{nullptr, content.width, content.height};
  const std::uint64_t pictures = StagedPainting::picture_bytes(view, options, size, false);
  const std::size_t left = max_memory_bytes == 0         ? 0
                           : max_memory_bytes > pictures ? max_memory_bytes - pictures
                                                         : 1;
  PlanInfo plan = model.plan_transformer(size.width, size.height, threads, left);
  plan.picture_bytes = static_cast<std::size_t>(pictures);
  plan.mac = 0;
  for (const Size level : painted_sizes(options, size)) {
    plan.mac += static_cast<std::uint64_t>(transformer_work(model, level));
  }
  if (options.mask_style) plan.mac *= 2;
  return plan;
}

}  // namespace nst
