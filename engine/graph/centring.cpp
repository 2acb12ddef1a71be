#include "graph/centring.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace nst {
namespace {

// f(y, x) for a pixel of each cell of a grid of at most 32 x 32; where in its cell is left to
// chance, so that no pattern of the picture agrees with the grid.
template <typename F>
void for_samples(const Shape& shape, F&& f) {
  constexpr int kMostSamples = 32;  // along a side
  const int cell_h = (shape.h + kMostSamples - 1) / kMostSamples;
  const int cell_w = (shape.w + kMostSamples - 1) / kMostSamples;
  std::uint64_t state = 0;
  for (int top = 0; top < shape.h; top += cell_h) {
    for (int left = 0; left < shape.w; left += cell_w) {
      // Knuth's linear congruential generator (MMIX), of which the high bits are random.
      state = state * 6364136223846793005u + 1442695040888963407u;
      const std::uint64_t down = (state >> 48) * static_cast<std::uint64_t>(cell_h) >> 16;
      const std::uint64_t right = (state >> 32 & 0xffff) * static_cast<std::uint64_t>(cell_w) >> 16;
      f(std::min(top + static_cast<int>(down), shape.h - 1),
        std::min(left + static_cast<int>(right), shape.w - 1));
    }
  }
}

struct Spread {
  double mean, variance;
};

// In double: a sum of 1024 equal floats is exact, and so is their mean. Squares are of what differs
// from the first sample, which keeps their digits.
Spread spread_of(const kernels::ConstView& picture, const Shape& shape, int channel) {
  double first = 0;
  double sum = 0;
  double squares = 0;
  int count = 0;
  for_samples(shape, [&](int y, int x) {
    const double value = picture.data[y * picture.row_stride + x * picture.pixel_stride + channel];
    if (count++ == 0) first = value;
    sum += value;
    squares += (value - first) * (value - first);
  });
  const double mean = sum / count;
  return {mean, std::max(squares / count - (mean - first) * (mean - first), 0.0)};
}

}  // namespace

float centring_of(const kernels::ConstView& picture, const Shape& shape, float* offset) {
  double variance = 0;  // mean of the channels'
  for (int c = 0; c < shape.c; ++c) {
    const Spread spread = spread_of(picture, shape, c);
    offset[c] = -static_cast<float>(spread.mean);
    variance += spread.variance / shape.c;
  }
  constexpr double kUsual = 0.25;  // of photographs
  constexpr int kMostDoublings = 16;
  const double deviation = std::sqrt(variance);
  float factor = 1;  // also where nothing varies
  for (int i = 0; i < kMostDoublings && deviation > 0; ++i) {
    if (2 * static_cast<double>(factor) * deviation > kUsual) break;
    factor *= 2;
  }
  for (int c = 0; c < shape.c; ++c) offset[c] *= factor;
  return factor;
}

void split_response(const ConvLayer& layer, const std::function<double(int)>& constant,
                    kernels::Activation act, float factor, float* bias, float* floor) {
  const kernels::ConvSpec& spec = layer.plan().spec;
  const double* taps = layer.tap_sums();
  for (int c = 0; c < spec.out_c; ++c) {
    double response = layer.bias() != nullptr ? layer.bias()[c] : 0.0;
    if (spec.depthwise) {
      response += *taps++ * constant(c);
    } else {
      for (int i = 0; i < spec.in_c; ++i) response += *taps++ * constant(i);
    }
    const float value = static_cast<float>(response) * factor;
    const bool is_cut = act == kernels::Activation::relu && value < 0;
    bias[c] = is_cut ? value : 0.0f;
    floor[c] = is_cut ? 0.0f : -value;
  }
}

}  // namespace nst
