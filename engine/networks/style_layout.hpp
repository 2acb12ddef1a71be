// Where the style parameters of a transformer stand: γ and β of every conditional instance norm in
// one array of floats.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "graph/layer_source.hpp"

namespace nst {

// The γ and β of one normalised layer.
struct StyleSlot {
  std::string name;  // "style_params/transformer/residual/residual1/conv1/StyleNorm"
  int channels = 0;
  std::size_t gamma = 0, beta = 0;  // offsets
};

struct StyleLayout {
  std::vector<StyleSlot> slots;
  std::size_t size = 0;  // floats of all slots
  int style_size = 0;    // numbers of a style vector, as the first layer takes them

  // Appends a layer ("residual/residual1/conv1") and returns its slot. Throws Error{model} unless
  // `layers` holds the two dense layers that make its γ and β of a style vector (Ghiasi et al.
  // 2017, §2: Magenta's StyleNorm/Conv is β, StyleNorm/Conv_1 is γ).
  const StyleSlot& append(const LayerSource& layers, const std::string& layer, int channels);
};

}  // namespace nst
