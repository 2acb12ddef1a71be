#include "networks/style_layout.hpp"

namespace nst {

const StyleSlot& StyleLayout::append(const LayerSource& layers, const std::string& layer,
                                     int channels) {
  const std::string name = "style_params/transformer/" + layer + "/StyleNorm";
  for (const char* part : {"/Conv", "/Conv_1"}) {
    style_size = layers.dense(name + part, style_size, channels);
  }
  const std::size_t c = static_cast<std::size_t>(channels);
  slots.push_back({name, channels, size, size + c});
  size += 2 * c;
  return slots.back();
}

}  // namespace nst
