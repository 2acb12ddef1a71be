#include "image/enlarge.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace nst {

std::vector<Enlarger::Between> Enlarger::between(int from, int to, double step) {
  std::vector<Between> all(static_cast<std::size_t>(to));
  for (int i = 0; i < to; ++i) {
    const double place = std::clamp((i + 0.5) * step - 0.5, 0.0, from - 1.0);
    const int first = static_cast<int>(place);
    all[static_cast<std::size_t>(i)] = {first, std::min(first + 1, from - 1),
                                        static_cast<float>(place - first)};
  }
  return all;
}

Enlarger::Enlarger(const FloatPicture& from, Size to, double step_x, double step_y)
    : from_(from),
      columns_(between(from.width(), to.width, step_x)),
      rows_(between(from.height(), to.height, step_y)) {}

// Interpolates a row between two rows of the small picture. The returned row has the small
// picture's width.
const float* Enlarger::vertical(int y, RowBuffer& buffer) const {
  const Between& between = rows_[static_cast<std::size_t>(y)];
  const float* above = from_.row(between.first);
  const float* below = from_.row(between.second);
  const std::size_t samples = std::size_t{3} * static_cast<std::size_t>(from_.width());
  buffer.resize(samples);
  for (std::size_t i = 0; i < samples; ++i) {
    buffer[i] = above[i] + (below[i] - above[i]) * between.weight;
  }
  return buffer.data();
}

void Enlarger::row(int y, RowBuffer& buffer, float* out) const {
  const float* line = vertical(y, buffer);
  for (const Between& column : columns_) {
    const float* left = line + std::ptrdiff_t{3} * column.first;
    const float* right = line + std::ptrdiff_t{3} * column.second;
    for (int c = 0; c < 3; ++c) *out++ = left[c] + (right[c] - left[c]) * column.weight;
  }
}

void Enlarger::add_row(int y, RowBuffer& buffer, float* out) const {
  const float* line = vertical(y, buffer);
  for (const Between& column : columns_) {
    const float* left = line + std::ptrdiff_t{3} * column.first;
    const float* right = line + std::ptrdiff_t{3} * column.second;
    for (int c = 0; c < 3; ++c) *out++ += left[c] + (right[c] - left[c]) * column.weight;
  }
}

}  // namespace nst
