// Winograd convolutions of stride 1 (winograd.hpp). They need fewer multiplications for a tile of
// outputs than direct convolution:
//
// - 3x3: 36 instead of 144 for a tile of 16 outputs
// - 5x5: 64 instead of 400 for a tile of 16 outputs
// - 1x7 and 7x1: 10 instead of 28 for a tile of 4 outputs
#pragma once

#include "kernels/generic/winograd.hpp"
#include "kernels/generic/winograd_products.hpp"

namespace nst::kernels {
namespace {
namespace winograd {

// The algorithm for stride 1 on both axes, for kernels of AxisY::kTaps x AxisX::kTaps taps.
template <class AxisY, class AxisX>
struct Correlation {
  using Y = AxisY;
  using X = AxisX;
  using Products = PlainProducts;

  static bool suits(const ConvSpec& spec) {
    return spec.kernel_h == Y::kTaps && spec.kernel_w == X::kTaps && spec.stride == 1 &&
           spec.upsample == 1 && !spec.depthwise && spec.in_c >= kFewestChannels &&
           spec.out_c >= kFewestChannels;
  }
  static Window window(const ConvArgs& args, Block block, const Rect& rect, float* scratch) {
    return tile_window(args, block, rect, scratch);
  }
};

using Axis3 = axis::Correlation<Winograd43>;
using Axis5 = axis::Correlation<Winograd45>;
using Axis7 = axis::Correlation<Winograd47>;

constexpr ConvAlgorithm k3x3 = algorithm<Correlation<Axis3, Axis3>>("winograd_3x3");
constexpr ConvAlgorithm k5x5 = algorithm<Correlation<Axis5, Axis5>>("winograd_5x5");
constexpr ConvAlgorithm k1x7 = algorithm<Correlation<axis::Single, Axis7>>("winograd_1x7");
constexpr ConvAlgorithm k7x1 = algorithm<Correlation<Axis7, axis::Single>>("winograd_7x1");

}  // namespace winograd
}  // namespace
}  // namespace nst::kernels
