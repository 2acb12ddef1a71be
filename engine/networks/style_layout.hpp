// The layout of a transformer's style parameters. The style parameters are one array of floats with
// γ and β of every conditional instance norm; the layout is their offsets.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "weights/layer_source.hpp"

namespace nst {

// Where γ and β of one conditional instance norm lie in the array that holds those of all layers.
struct StyleSlot {
  // Scope of the two dense layers that compute γ and β, such as
  // "style_params/transformer/residual/residual1/conv1/StyleNorm".
  std::string name;
  int channels = 0;
  std::size_t gamma = 0, beta = 0;  // offsets of γ and β in the array, in floats
};

// The order of γ and β of all conditional instance norms in one array.
struct StyleLayout {
  std::vector<StyleSlot> slots;
  std::size_t size = 0;  // number of floats in the array
  int style_size = 0;    // number of values of a style vector

  // Appends a layer, such as "residual/residual1/conv1", and returns its position. `layers` must
  // have two dense layers for it, which compute β (StyleNorm/Conv) and γ (StyleNorm/Conv_1) from a
  // style vector (Ghiasi et al. 2017, §2). Throws Error{model} if one of them is missing.
  const StyleSlot& append(const LayerSource& layers, const std::string& layer, int channels);
};

}  // namespace nst
