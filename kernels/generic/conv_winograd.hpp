// Winograd convolutions of stride 1 (see winograd.hpp): 3x3 at 36 products per 16 outputs where the
// direct form takes 144, 5x5 at 64 instead of 400, 1x7 and 7x1 at 10 per 4 outputs instead of 28.
#pragma once

#include "kernels/generic/winograd.hpp"
#include "kernels/generic/winograd_products.hpp"

namespace nst::kernels {
namespace {
namespace winograd {

template <class AxisY, class AxisX>
struct Correlation {
  using Y = AxisY;
  using X = AxisX;
  using Products = winograd::PlainProducts;

  static bool suits(const ConvSpec& spec) {
    return spec.kernel_h == Y::kTaps && spec.kernel_w == X::kTaps && spec.stride == 1 &&
           spec.upsample == 1 && !spec.depthwise && spec.in_c >= 16 && spec.out_c >= 16;
  }
  static Window window(const ConvArgs& args, Block block, const Rect& rect, float* scratch) {
    return tile_window(args, block, rect, scratch);
  }
};

using Axis3 = axis::Correlation<Winograd43>;
using Axis5 = axis::Correlation<Winograd45>;
using Axis7 = axis::Correlation<Winograd47>;

constexpr ConvAlgorithm k3x3 = winograd::algorithm<Correlation<Axis3, Axis3>>();
constexpr ConvAlgorithm k5x5 = winograd::algorithm<Correlation<Axis5, Axis5>>();
constexpr ConvAlgorithm k1x7 = winograd::algorithm<Correlation<axis::Single, Axis7>>();
constexpr ConvAlgorithm k7x1 = winograd::algorithm<Correlation<Axis7, axis::Single>>();

}  // namespace winograd
}  // namespace
}  // namespace nst::kernels
