#include "support/inspect.hpp"

#include <string>
#include <vector>

#include "api/plan.hpp"
#include "api/transformer_run.hpp"
#include "image/network_picture.hpp"

namespace nst {
namespace {

// Returns an observer for the steps of a run, which passes each value to `observer` as the network
// defines it. A step may store value · factor + offset; then both are undone.
Execution::Observer dense_observer(const LayerObserver& observer) {
  return [&observer, dense = std::vector<float>()](const Step& step, kernels::ConstView view,
                                                   const Execution::Centre& centre) mutable {
    const Shape& s = step.result.shape;
    const auto channels = static_cast<std::size_t>(s.c);
    dense.resize(static_cast<std::size_t>(s.h) * static_cast<std::size_t>(s.w) * channels);
    std::vector<float> offset = centre.offset;
    offset.resize(channels);
    float* out = dense.data();
    for (int y = 0; y < s.h; ++y) {
      for (int x = 0; x < s.w; ++x) {
        const float* pixel = view.data + y * view.row_stride + x * view.pixel_stride;
        for (std::size_t c = 0; c < channels; ++c) {
          *out++ = (pixel[c] - offset[c]) / centre.factor;
        }
      }
    }
    observer(step.name, dense.data(), s.h, s.w, s.c);
  };
}

}  // namespace

void inspect_predictor(const Model& model, const ImageView& style, const LayerObserver& observer) {
  Execution execution(lower_predictor(opened(model), style.width, style.height, {.fuse = false}), 1,
                      0);
  StyleVector vector(model.info().style_size);
  to_network_input(style, execution.input());
  const Execution::Observer steps = dense_observer(observer);
  execution.run({.last_step = execution.program().step_count(),
                 .output = vector.values.data(),
                 .observer = &steps});
}

void inspect_transformer(const Model& model, const ImageView& content, const StyleVector& style,
                         const LayerObserver& observer) {
  const RunOptions run{.threads = 1};
  TransformerRun transformer(opened(model), {content.width, content.height}, {.fuse = false}, run);
  StyleLayout layout;
  transformer_graph(opened(model), content.width, content.height, layout);
  const std::vector<float> params = style_params(opened(model).layers, layout, style);
  for (const StyleSlot& slot : layout.slots) {
    observer(slot.name + "/SpatialSqueeze", params.data() + slot.beta, 1, 1, slot.channels);
    observer(slot.name + "/SpatialSqueeze_1", params.data() + slot.gamma, 1, 1, slot.channels);
  }
  to_network_input(content, transformer.input());
  Image image = output_image(transformer.program());
  const Execution::Observer steps = dense_observer(observer);
  transformer.paint(style, {.picture = image.f32(), .observer = &steps}, run);
}

}  // namespace nst
