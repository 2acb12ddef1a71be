#include "image/canvas.hpp"

#include <algorithm>
#include <cstring>

namespace nst {

Canvas::Canvas(Size size, Depth depth) : size_(size) {
  if (depth == Depth::floats) {
    floats_ = FloatPicture(size);
  } else {
    const auto samples = static_cast<std::size_t>(float_picture_samples(size));
    words_ = AlignedBuffer((samples + 1) / 2, "the painted picture");
  }
}

std::uint16_t* Canvas::words(int y) {
  return reinterpret_cast<std::uint16_t*>(words_.data()) + std::ptrdiff_t{3} * size_.width * y;
}
const std::uint16_t* Canvas::words(int y) const {
  return reinterpret_cast<const std::uint16_t*>(words_.data()) +
         std::ptrdiff_t{3} * size_.width * y;
}

const float* Canvas::row(int y, std::vector<float>& buffer) const {
  if (words_.size() == 0) return floats_.row(y);
  buffer.resize(std::size_t{3} * static_cast<std::size_t>(size_.width));
  copy_row(y, buffer.data());
  return buffer.data();
}

void Canvas::copy_row(int y, float* out) const {
  const int samples = 3 * size_.width;
  if (words_.size() == 0) {
    std::copy_n(floats_.row(y), samples, out);
    return;
  }
  const std::uint16_t* from = words(y);
  for (int i = 0; i < samples; ++i) out[i] = static_cast<float>(from[i]) * (1.0f / 65535.0f);
}

void Canvas::set_row(int y, const float* row) {
  const int samples = 3 * size_.width;
  if (words_.size() == 0) {
    std::copy_n(row, samples, floats_.row(y));
    return;
  }
  std::uint16_t* to = words(y);
  for (int i = 0; i < samples; ++i) {
    const float value = row[i] > 0.0f ? (row[i] < 1.0f ? row[i] : 1.0f) : 0.0f;
    to[i] = static_cast<std::uint16_t>(static_cast<int>(value * 65535.0f + 0.5f));
  }
}

}  // namespace nst
