#include "networks/style_params.hpp"

#include <algorithm>
#include <cmath>

namespace nst {
namespace {

const LayerStore::Dense& find(const LayerStore& layers, const StyleLayer& layer,
                              const std::string& part, std::size_t style_size) {
  const std::string name = layer.name + part;
  const LayerStore::Dense& dense = layers.dense(name, static_cast<int>(style_size));
  if (dense.out != layer.channels) {
    layers.refuse("tensor " + name + "/weights makes " + std::to_string(dense.out) +
                  " values for a layer of " + std::to_string(layer.channels) + " channels");
  }
  return dense;
}

}  // namespace

const StyleLayer& StyleLayout::append(const std::string& layer, int channels) {
  const std::size_t c = static_cast<std::size_t>(channels);
  layers.push_back({"style_params/transformer/" + layer + "/StyleNorm", channels, size, size + c});
  size += 2 * c;
  return layers.back();
}

void check_style_params(const LayerStore& layers, const StyleLayout& layout,
                        std::size_t style_size) {
  for (const StyleLayer& layer : layout.layers) {
    find(layers, layer, "/Conv", style_size);
    find(layers, layer, "/Conv_1", style_size);
  }
}

std::vector<float> style_params(const LayerStore& layers, const StyleLayout& layout,
                                const StyleVector& style) {
  std::vector<float> params(layout.size);
  const auto apply = [&](const LayerStore::Dense& dense, float* out) {
    layers.table().dense(style.values.data(), dense.in, dense.weights.data(), dense.biases.data(),
                         dense.out, out);
  };
  for (const StyleLayer& layer : layout.layers) {
    apply(find(layers, layer, "/Conv", style.size()), params.data() + layer.beta);
    apply(find(layers, layer, "/Conv_1", style.size()), params.data() + layer.gamma);
    for (const std::size_t part : {layer.gamma, layer.beta}) {
      const float* const first = params.data() + part;
      const bool are_finite = std::all_of(first, first + layer.channels,
                                          [](float value) { return std::isfinite(value); });
      if (!are_finite) {
        layers.refuse("layer " + layer.name + " makes values of this style that are not finite");
      }
    }
  }
  return params;
}

}  // namespace nst
