#include "image/compose.hpp"

#include <cstring>

namespace nst::test {

FileBytes& FileBytes::zeros(std::size_t count) {
  bytes.resize(bytes.size() + count);
  return *this;
}

FileBytes& FileBytes::append(const void* data, std::size_t size) {
  const std::size_t at = bytes.size();
  bytes.resize(at + size);
  if (size > 0) std::memcpy(bytes.data() + at, data, size);
  return *this;
}

FileBytes& FileBytes::little(std::uint64_t value, std::size_t size) {
  std::uint8_t out[8];
  for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<std::uint8_t>(value >> 8 * i);
  return append(out, size);
}

}  // namespace nst::test
