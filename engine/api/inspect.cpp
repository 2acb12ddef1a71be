#include "api/inspect.hpp"

#include <string>
#include <vector>

#include "api/runs.hpp"
#include "image/view.hpp"

namespace nst {
namespace {

// Shows the values themselves where the network has their deviations from a constant.
Execution::Observer dense_observer(const Execution& execution, const LayerObserver& observer) {
  return [&, dense = std::vector<float>()](const Step& step, kernels::ConstView view) mutable {
    const Shape& s = step.result.shape;
    const auto channels = static_cast<std::size_t>(s.c);
    dense.resize(static_cast<std::size_t>(s.h) * static_cast<std::size_t>(s.w) * channels);
    Execution::Centre centre = execution.centre(step);
    centre.offset.resize(channels);
    float* out = dense.data();
    for (int y = 0; y < s.h; ++y) {
      for (int x = 0; x < s.w; ++x) {
        const float* pixel = view.data + y * view.row_stride + x * view.pixel_stride;
        for (std::size_t c = 0; c < channels; ++c) {
          *out++ = (pixel[c] - centre.offset[c]) / centre.factor;
        }
      }
    }
    observer(step.name, dense.data(), s.h, s.w, s.c);
  };
}

void run(Execution& execution, const ImageView& picture, const float* params, float* output,
         const LayerObserver& observer) {
  set_input(execution, picture, "picture");
  const Execution::Observer steps = dense_observer(execution, observer);
  execution.run({.last_step = step_count(execution.program()),
                 .style_params = params,
                 .output = output,
                 .observer = &steps});
}

}  // namespace

void inspect_predictor(const Model& model, const ImageView& style, const LayerObserver& observer) {
  check_view(style, "style picture");
  Execution execution(lower_predictor(model.impl(), style.width, style.height, {.fuse = false}), 1,
                      0);
  StyleVector vector(model.info().style_size);
  run(execution, style, nullptr, vector.values.data(), observer);
}

void inspect_transformer(const Model& model, const ImageView& content, const StyleVector& style,
                         const LayerObserver& observer) {
  check_view(content, "content picture");
  model.check_style(style);
  StyleLayout layout;
  Execution execution(
      lower_transformer(model.impl(), content.width, content.height, layout, {.fuse = false}), 1,
      0);
  const std::vector<float> params = style_params(model.impl().layers, layout, style);
  for (const StyleLayer& layer : layout.layers) {
    observer(layer.name + "/SpatialSqueeze", params.data() + layer.beta, 1, 1, layer.channels);
    observer(layer.name + "/SpatialSqueeze_1", params.data() + layer.gamma, 1, 1, layer.channels);
  }
  Image image = output_image(execution.program());
  run(execution, content, params.data(), image.f32(), observer);
}

}  // namespace nst
