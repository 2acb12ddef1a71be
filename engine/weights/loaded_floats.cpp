#include "weights/loaded_floats.hpp"

#include <cstddef>
#include <cstdint>

namespace nst {

LoadedFloats::LoadedFloats(const TensorEntry& tensor, const FileContents* contents,
                           const std::string& name) {
  TensorEntry entry = tensor;
  if (contents != nullptr) {
    bytes_ = AlignedBuffer((entry.data.size() + sizeof(float) - 1) / sizeof(float), name);
    auto* const to = reinterpret_cast<std::uint8_t*>(bytes_.data());
    contents->read_again(entry.data, to);
    entry.data = {to, entry.data.size()};
  }
  values_ = floats_in_place(entry);
  if (values_ != nullptr) return;
  converted_ = AlignedBuffer(static_cast<std::size_t>(entry.element_count()), name);
  to_float(entry, converted_.data());
  values_ = converted_.data();
}

}  // namespace nst
