// Style parameters: bottleneck [n] → γ and β of every conditional instance norm, each by one
// dense layer.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "model/layer_store.hpp"
#include "nst/nst.hpp"

namespace nst {

// Where the parameters of each normalised layer stand in one array of floats.
struct StyleLayer {
  std::string name;  // "style_params/transformer/residual/residual1/conv1/StyleNorm"
  int channels = 0;
  std::size_t gamma = 0, beta = 0;  // offsets
};

struct StyleLayout {
  std::vector<StyleLayer> layers;
  std::size_t size = 0;  // floats of all layers

  // Appends a layer ("residual/residual1/conv1") and returns it.
  const StyleLayer& append(const std::string& layer, int channels);
};

// Checks that the model has the dense layers of `layout`, all for style vectors of `style_size`
// values. Throws Error{model}.
void check_style_params(const LayerStore& layers, const StyleLayout& layout,
                        std::size_t style_size);

// All γ and β for a style of the size the layers take (Ghiasi et al. 2017, §2: Magenta's
// StyleNorm/Conv is β, StyleNorm/Conv_1 is γ). Throws Error{model} if one of them is NaN or
// infinite, as TensorFlow's CheckNumerics does.
std::vector<float> style_params(const LayerStore& layers, const StyleLayout& layout,
                                const StyleVector& style);

}  // namespace nst
