#include "graph/centring.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

namespace nst {
namespace {

// Calls f(y, x) for a sample of pixels: one in each cell of a grid of at most 32 × 32 cells. The
// pixel's place in its cell is pseudo-random, so that patterns in the picture do not bias the
// sample.
template <typename F>
void for_samples(const Shape& shape, F&& f) {
  constexpr int kMostSamples = 32;  // largest number of grid cells along a side of the picture
  const int cell_h = (shape.h + kMostSamples - 1) / kMostSamples;
  const int cell_w = (shape.w + kMostSamples - 1) / kMostSamples;
  std::uint64_t state = 0;
  for (int top = 0; top < shape.h; top += cell_h) {
    for (int left = 0; left < shape.w; left += cell_w) {
      // Knuth's linear congruential generator (MMIX). Uses only the upper 32 bits of its state,
      // which are the most random.
      state = state * 6364136223846793005u + 1442695040888963407u;
      const std::uint64_t down = (state >> 48) * static_cast<std::uint64_t>(cell_h) >> 16;
      const std::uint64_t right = (state >> 32 & 0xffff) * static_cast<std::uint64_t>(cell_w) >> 16;
      f(std::min(top + static_cast<int>(down), shape.h - 1),
        std::min(left + static_cast<int>(right), shape.w - 1));
    }
  }
}

// Returns the mean of a channel over the sampled pixels. Sums in double, because the sum of up to
// 1024 equal floats is then exact. So a picture of one colour has exactly its colour as mean.
float sampled_mean(const kernels::ConstView& picture, const Shape& shape, int channel) {
  double sum = 0;
  int count = 0;
  for_samples(shape, [&](int y, int x) {
    sum += picture.data[y * picture.row_stride + x * picture.pixel_stride + channel];
    ++count;
  });
  return static_cast<float>(sum / count);
}

// Returns the largest |value + offset[channel]| of a picture. The pixels of a row must have no gaps
// between them. If a row has a value above `enough`, stops after this row and returns the largest
// value so far: callers need no exact result for large deviations.
float largest_deviation(const kernels::ConstView& picture, const Shape& shape, const float* offset,
                        float enough) {
  // Number of floats that each iteration compares. It is a multiple of 3, so that float k always
  // belongs to the same channel. It is a multiple of 4, so that the floats fill whole vectors.
  constexpr int kPeriod = 12;
  const int floats = shape.w * shape.c;
  float largest = 0;
  for (int y = 0; y < shape.h && largest <= enough; ++y) {
    const float* const row = picture.data + y * picture.row_stride;
    int i = 0;
    if (kPeriod % shape.c == 0) {
      // Compares the bits as integers: non-negative floats have the same order as their bits, and
      // compilers vectorise an integer maximum.
      std::int32_t most[kPeriod] = {};
      float added[kPeriod];
      for (int k = 0; k < kPeriod; ++k) added[k] = offset[k % shape.c];
      for (; i + kPeriod <= floats; i += kPeriod) {
        for (int k = 0; k < kPeriod; ++k) {
          const auto bits = std::bit_cast<std::int32_t>(row[i + k] + added[k]) & 0x7fffffff;
          most[k] = std::max(most[k], bits);
        }
      }
      for (const std::int32_t bits : most) largest = std::max(largest, std::bit_cast<float>(bits));
    }
    for (; i < floats; ++i) largest = std::max(largest, std::abs(row[i] + offset[i % shape.c]));
  }
  return largest;
}

}  // namespace

float centring_of(const kernels::ConstView& picture, const Shape& shape, float* offset) {
  for (int c = 0; c < shape.c; ++c) offset[c] = -sampled_mean(picture, shape, c);
  // Most photographs have a pixel that differs from the mean colour by more than kUsual. For them,
  // largest_deviation stops early and the factor is 1.
  constexpr float kUsual = 0.25f;
  constexpr int kMostDoublings = 16;
  const float deviation = largest_deviation(picture, shape, offset, kUsual);
  // The factor remains 1 for a picture of one colour, whose deviation is 0.
  float factor = 1;
  for (int i = 0; i < kMostDoublings && deviation > 0; ++i) {
    if (factor * deviation > kUsual) break;
    factor *= 2;
  }
  for (int c = 0; c < shape.c; ++c) offset[c] *= factor;
  return factor;
}

void split_response(const PackedConv& layer, const std::function<double(int)>& constant,
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
