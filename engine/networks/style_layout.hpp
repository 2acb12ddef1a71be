// The layout of a transformer's style parameters: the offsets of γ and β of every conditional
// instance norm in one array of floats.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "weights/layer_source.hpp"

namespace nst {

// The γ and β of one normalised layer.
struct StyleSlot {
  std::string name;  // name such as "style_params/transformer/residual/residual1/conv1/StyleNorm"
  int channels = 0;
  std::size_t gamma = 0, beta = 0;  // offsets of γ and β in floats
};

// The slots of all normalised layers.
struct StyleLayout {
  std::vector<StyleSlot> slots;
  std::size_t size = 0;  // number of floats of all slots
  int style_size = 0;    // number of values of a style vector, as the dense layers expect

  // Appends a layer ("residual/residual1/conv1") and returns its slot. Throws Error{model} unless
  // `layers` has the two dense layers that compute its β (StyleNorm/Conv) and γ (StyleNorm/Conv_1)
  // from a style vector (Ghiasi et al. 2017, §2).
  const StyleSlot& append(const LayerSource& layers, const std::string& layer, int channels);
};

}  // namespace nst
