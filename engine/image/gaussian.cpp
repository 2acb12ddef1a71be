// This file is compiled without fused multiply-adds, so that every machine computes the same
// floats.
#include "image/gaussian.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "platform/threads.hpp"

namespace nst {
namespace {

// Returns the weights of a Gaussian at the distances 0, 1, ... 3σ. The weights of the whole kernel,
// which has every distance but 0 twice, add up to 1.
std::vector<float> half_kernel(double sigma) {
  const int radius = std::max(1, static_cast<int>(std::ceil(3.0 * sigma)));
  std::vector<double> exact;
  double sum = 0.0;
  for (int i = 0; i <= radius; ++i) {
    exact.push_back(std::exp(-0.5 * i * i / (sigma * sigma)));
    sum += exact.back() * (i == 0 ? 1.0 : 2.0);
  }
  std::vector<float> weights;
  for (const double weight : exact) weights.push_back(static_cast<float>(weight / sum));
  return weights;
}

// Returns the index of the sample at place i of an axis of n samples that is mirrored at its ends:
// ... 1 0 | 0 1 ... n-1 | n-1.
int mirrored(int i, int n) {
  const int period = 2 * n;
  const int place = (i % period + period) % period;
  return place < n ? place : period - 1 - place;
}

void blur_columns(const FloatPicture& in, int y, const std::vector<float>& half, float* out) {
  const std::ptrdiff_t samples = std::ptrdiff_t{3} * in.width();
  const float* middle = in.row(y);
  for (std::ptrdiff_t i = 0; i < samples; ++i) out[i] = half[0] * middle[i];
  for (int k = 1; k < static_cast<int>(half.size()); ++k) {
    const float* above = in.row(mirrored(y - k, in.height()));
    const float* below = in.row(mirrored(y + k, in.height()));
    const float weight = half[static_cast<std::size_t>(k)];
    for (std::ptrdiff_t i = 0; i < samples; ++i) out[i] += weight * (above[i] + below[i]);
  }
}

// Blurs a row of pixels. `line` contains the row and, on both sides, as many more pixels as the
// kernel's radius.
void blur_row(const float* line, int width, const std::vector<float>& half, float* out) {
  const auto radius = static_cast<std::ptrdiff_t>(half.size()) - 1;
  const std::ptrdiff_t samples = std::ptrdiff_t{3} * width;
  const float* middle = line + 3 * radius;
  for (std::ptrdiff_t i = 0; i < samples; ++i) out[i] = half[0] * middle[i];
  for (std::ptrdiff_t k = 1; k <= radius; ++k) {
    const float weight = half[static_cast<std::size_t>(k)];
    const float* left = middle - 3 * k;
    const float* right = middle + 3 * k;
    for (std::ptrdiff_t i = 0; i < samples; ++i) out[i] += weight * (left[i] + right[i]);
  }
}

}  // namespace

void mean_of_cells(const float* rows, int count, int width, float* out) {
  const std::ptrdiff_t row = std::ptrdiff_t{3} * width;
  const int cells = reduced_size({width, 1}).width;
  for (int cell = 0; cell < cells; ++cell, out += 3) {
    const int x = kCell * cell;
    const int columns = cell + 1 == cells ? width - x : kCell;
    float sum[3] = {0.0f, 0.0f, 0.0f};
    for (int y = 0; y < count; ++y) {
      const float* pixel = rows + row * y + std::ptrdiff_t{3} * x;
      for (int i = 0; i < columns; ++i, pixel += 3) {
        for (int c = 0; c < 3; ++c) sum[c] += pixel[c];
      }
    }
    for (int c = 0; c < 3; ++c) out[c] = sum[c] / static_cast<float>(columns * count);
  }
}

void blur(const FloatPicture& picture, double sigma, int threads, FloatPicture& blurred) {
  const std::vector<float> half = half_kernel(sigma);
  const int radius = static_cast<int>(half.size()) - 1;
  const int width = picture.width();
  for_each_item(threads, picture.height(), [&](int y) {
    std::vector<float> line(std::size_t{3} * static_cast<std::size_t>(width + 2 * radius));
    float* middle = line.data() + std::ptrdiff_t{3} * radius;
    blur_columns(picture, y, half, middle);
    for (int k = 1; k <= radius; ++k) {
      std::copy_n(middle + std::ptrdiff_t{3} * mirrored(-k, width), 3, middle - 3 * k);
      std::copy_n(middle + std::ptrdiff_t{3} * mirrored(width - 1 + k, width), 3,
                  middle + 3 * (width - 1 + k));
    }
    blur_row(line.data(), width, half, blurred.row(y));
  });
}

double sigma_of_cells(double sigma) {
  constexpr double kVariance = (kCell * kCell - 1) / 12.0 + kCell * kCell / 6.0;
  return std::sqrt(sigma * sigma - kVariance) / kCell;
}

}  // namespace nst
