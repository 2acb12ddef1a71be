// The C functions of nst.h that paint.
#include "api/c/support.hpp"

using nst::c::give;
using nst::c::guarded;
using nst::c::required;

struct nst_painter {
  nst::Painter painter;
};

namespace {

nst::PaintOptions paint_options(const nst_paint_options* options) {
  const nst_paint_options o =
      nst::c::read_options<nst_paint_options>(options, NST_PAINT_OPTIONS_INIT, "nst_paint_options");
  nst::PaintOptions paint;
  paint.size = {o.shorter_side, {o.width, o.height}};
  paint.resize = nst::c::resize_method(o.resize);
  paint.style = nst::c::style_options(o.style);
  if (o.own_style != nullptr) paint.own_style = nst::c::style_options(o.own_style);
  paint.strength = o.strength;
  paint.background = {o.background[0], o.background[1], o.background[2]};
  paint.alpha = nst::c::alpha_output(o.alpha);
  paint.quantise = nst::c::quantise(o.quantise);
  paint.raw = o.raw != 0;
  paint.any_style_space = o.any_style_space != 0;
  paint.type = nst::c::sample_type(o.type);
  if (o.content_name != nullptr) paint.content_name = o.content_name;
  paint.brush = o.brush;
  paint.fade = o.fade;
  paint.keep_colour = nst::c::keep_colour(o.keep_colour);
  paint.match_colour = o.match_colour != 0;
  if (o.mask != nullptr) paint.mask = nst::c::view(*o.mask);
  if (o.mask_style != nullptr) paint.mask_style = o.mask_style->vector;
  return paint;
}

// Paints a content in the style that the callable style() returns.
template <typename Style>
nst_status paint(const nst_model* model, const nst_image* content, Style&& style,
                 const nst_paint_options* options, const nst_run_settings* run,
                 nst_image* picture) {
  return guarded([&] {
    required(picture, "picture");
    give(nst::paint(required(model, "model").model, nst::c::view(required(content, "content")),
                    style(), paint_options(options), nst::c::run_options(run)),
         picture);
  });
}

}  // namespace

nst_status nst_paint_options_tfhub(nst_paint_options* options) {
  return guarded([&] {
    static const nst::PaintOptions preset = nst::tfhub_preset();
    static const nst_style_options style = {sizeof style, preset.style.style_size, NST_RESIZE_TF,
                                            preset.style.square};
    nst_paint_options full = NST_PAINT_OPTIONS_INIT;
    full.width = preset.size.exact.width;
    full.height = preset.size.exact.height;
    full.resize = NST_RESIZE_TF;
    full.style = &style;
    full.alpha = NST_ALPHA_DROP;
    full.quantise = NST_TRUNCATE;
    full.brush = preset.brush;
    nst::c::fill_struct(options, full, "nst_paint_options");
  });
}

nst_status nst_plan_paint(const nst_model* model, int width, int height,
                          const nst_paint_options* options, int threads, size_t max_memory_bytes,
                          nst_plan_info* plan) {
  return guarded([&] {
    const nst::PlanInfo info = nst::plan_paint(required(model, "model").model, {width, height},
                                               paint_options(options), threads, max_memory_bytes);
    nst::c::fill_struct(plan, nst::c::plan_info(info), "nst_plan_info");
  });
}

nst_status nst_paint(const nst_model* model, const nst_image* content, const nst_image* painting,
                     const nst_paint_options* options, const nst_run_settings* run,
                     nst_image* picture) {
  const auto style = [&] { return nst::c::view(required(painting, "painting")); };
  return paint(model, content, style, options, run, picture);
}

nst_status nst_paint_style(const nst_model* model, const nst_image* content, const nst_style* style,
                           const nst_paint_options* options, const nst_run_settings* run,
                           nst_image* picture) {
  const auto vector = [&] { return required(style, "style").vector; };
  return paint(model, content, vector, options, run, picture);
}

nst_status nst_painter_create(const nst_model* model, const nst_paint_options* options,
                              nst_painter** painter) {
  return nst::c::make(painter, "painter", [&] {
    return nst::Painter(required(model, "model").model, paint_options(options));
  });
}

void nst_painter_free(nst_painter* painter) { delete painter; }

nst_status nst_painter_set_options(nst_painter* painter, const nst_paint_options* options) {
  return guarded([&] { required(painter, "painter").painter.set_options(paint_options(options)); });
}

nst_status nst_painter_encode(nst_painter* painter, const nst_image* painting,
                              const nst_run_settings* run, nst_style** style) {
  return nst::c::make(style, "style", [&] {
    return required(painter, "painter")
        .painter.encode(nst::c::view(required(painting, "painting")), nst::c::run_options(run));
  });
}

nst_status nst_painter_set_content(nst_painter* painter, const nst_image* content,
                                   const nst_run_settings* run) {
  return guarded([&] {
    required(painter, "painter")
        .painter.set_content(nst::c::view(required(content, "content")), nst::c::run_options(run));
  });
}

nst_status nst_painter_picture_size(const nst_painter* painter, int* width, int* height,
                                    int* channels) {
  return guarded([&] {
    const nst::Painter& p = required(painter, "painter").painter;
    const nst::Size size = p.picture_size();
    if (width != nullptr) *width = size.width;
    if (height != nullptr) *height = size.height;
    if (channels != nullptr) *channels = p.picture_channels();
  });
}

nst_status nst_painter_paint(nst_painter* painter, const nst_style* style,
                             const nst_run_settings* run, nst_image* picture) {
  return guarded([&] {
    required(picture, "picture");
    give(required(painter, "painter")
             .painter.paint(required(style, "style").vector, nst::c::run_options(run)),
         picture);
  });
}

nst_status nst_painter_paint_into(nst_painter* painter, const nst_style* style,
                                  const nst_run_settings* run, const nst_image* picture) {
  return guarded([&] {
    required(painter, "painter")
        .painter.paint_into(nst::c::target(required(picture, "picture")),
                            required(style, "style").vector, nst::c::run_options(run));
  });
}
