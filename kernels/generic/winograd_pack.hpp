// Packs the transformed weights of Winograd convolutions (U in winograd.hpp).
#pragma once

#include "kernels/generic/conv_direct.hpp"
#include "kernels/generic/winograd_axis.hpp"

namespace nst::kernels {
namespace {
namespace winograd {

// Returns the width of the panel that starts at channel `first`: its number of channels, rounded up
// to whole vectors.
NST_INLINE int panel_width(int out_c, int first) {
  return min_of(kPanelChannels, vectors_of(out_c - first) * kLanes);
}

// Returns the number of floats that pack() writes for a layer.
template <class A>
std::size_t packed_floats(const ConvSpec& spec) {
  return static_cast<std::size_t>(A::Y::kWeights) * A::X::kWeights * A::Products::rows(spec.in_c) *
         vectors_of(spec.out_c) * kLanes;
}

// Transforms the kernels of `width` output channels together, in double. A kernel with the taps g
// becomes the transformed weights Gy g Gxᵀ, where Gy and Gx are the weights() of the axes. Only the
// first `valid` channels exist; the others get zeros. Tap (y, x) is at weights + (y * kTaps + x) *
// tap_stride.
template <class A>
void transform_kernels(const float* weights, std::size_t tap_stride, int valid, int width, float* u,
                       std::ptrdiff_t weight_stride) {
  using Y = typename A::Y;
  using X = typename A::X;
  constexpr auto gy = Y::weights();
  constexpr auto gx = X::weights();
  constexpr int kMost = kPanelChannels;
  double taps[Y::kTaps][X::kTaps][kMost] = {};
  for (int y = 0; y < Y::kTaps; ++y) {
    for (int x = 0; x < X::kTaps; ++x) {
      const float* from = weights + static_cast<std::size_t>(y * X::kTaps + x) * tap_stride;
      for (int i = 0; i < valid; ++i) taps[y][x][i] = static_cast<double>(from[i]);
    }
  }
  for (int j = 0; j < Y::kWeights; ++j) {
    double row[X::kTaps][kMost] = {};
    for (int y = 0; y < Y::kTaps; ++y) {
      for (int x = 0; x < X::kTaps; ++x) {
        for (int i = 0; i < kMost; ++i) row[x][i] += gy.at[j][y] * taps[y][x][i];
      }
    }
    for (int k = 0; k < X::kWeights; ++k) {
      double sum[kMost] = {};
      for (int x = 0; x < X::kTaps; ++x) {
        for (int i = 0; i < kMost; ++i) sum[i] += gx.at[k][x] * row[x][i];
      }
      for (int i = 0; i < width; ++i) u[i] = static_cast<float>(sum[i]);
      u += weight_stride;
    }
  }
}

// The correlation that InputSizes assumes between neighbouring inputs of a layer. Only paired
// products use it (paired_products.hpp): they scale their weights to the magnitude of the inputs.
// The closer it is to the real correlation, the smaller are their rounding errors.
//
// The value was chosen by measurement, with accumulation chains of 96 products. For 18 pictures,
// Inception's style vectors were compared with float64 results. Their root-mean-square error,
// divided by that of TensorFlow, is 2.03 for a correlation of 0, 1.96 for 0.3, 1.86 for 0.5 and
// 2.05 for 0.85.
constexpr float kNeighbourCorrelation = 0.5f;

// The magnitude of the transformed inputs that each transformed weight of an axis multiplies. It is
// assumed that the inputs have magnitude 1, and that inputs n pixels apart have the correlation
// kNeighbourCorrelation to the power of n.
template <class Axis>
struct InputSizes {
  float of_weight[Axis::kWeights];

  InputSizes() {
    // factors[i][j] is the factor of input i in the sum that makes transformed input j.
    float factors[Axis::kIn][Axis::kPoints];
    for (int i = 0; i < Axis::kIn; ++i) {
      Vec d[Axis::kIn];
      Vec v[Axis::kPoints];
      for (int j = 0; j < Axis::kIn; ++j) d[j] = broadcast(i == j ? 1.0f : 0.0f);
      Axis::input(d, v);
      for (int j = 0; j < Axis::kPoints; ++j) factors[i][j] = v[j].get(0);
    }
    float squares[Axis::kPoints] = {};
    for (int a = 0; a < Axis::kIn; ++a) {
      float correlation = 1.0f;
      for (int b = a; b < Axis::kIn; ++b, correlation *= kNeighbourCorrelation) {
        const float pairs = a == b ? 1.0f : 2.0f * correlation;
        for (int j = 0; j < Axis::kPoints; ++j) squares[j] += pairs * factors[a][j] * factors[b][j];
      }
    }
    for (int product = 0; product < Axis::kProducts; ++product) {
      of_weight[Axis::weight_of(product)] = __builtin_sqrtf(squares[Axis::point_of(product)]);
    }
  }
};

// Packs the transformed weights as [panel][weight][row][channels of the panel]. There is a row for
// each input channel; A::Products chooses their order and may append rows. Lanes without a channel
// get zeros. The given `weights` are in HWIO order.
template <class A>
void pack(const ConvSpec& spec, const float* weights, float* packed) {
  using Products = typename A::Products;
  constexpr int kWeights = A::Y::kWeights * A::X::kWeights;
  const InputSizes<typename A::Y> sizes_y;
  const InputSizes<typename A::X> sizes_x;
  const std::size_t tap_stride = static_cast<std::size_t>(spec.in_c) * spec.out_c;
  for (int first = 0; first < spec.out_c; first += kPanelChannels) {
    const int width = panel_width(spec.out_c, first);
    const std::ptrdiff_t weight_stride =
        static_cast<std::ptrdiff_t>(Products::rows(spec.in_c)) * width;
    for (int ic = 0; ic < spec.in_c; ++ic) {
      transform_kernels<A>(
          weights + static_cast<std::size_t>(ic) * spec.out_c + first, tap_stride,
          min_of(width, spec.out_c - first), width,
          packed + static_cast<std::ptrdiff_t>(Products::row_of(ic, spec.in_c)) * width,
          weight_stride);
    }
    for (int i = 0; i < kWeights; ++i) {
      Products::finish(
          packed + i * weight_stride, spec.in_c, width,
          sizes_y.of_weight[i / A::X::kWeights] * sizes_x.of_weight[i % A::X::kWeights]);
    }
    packed += kWeights * weight_stride;
  }
}

}  // namespace winograd
}  // namespace
}  // namespace nst::kernels
