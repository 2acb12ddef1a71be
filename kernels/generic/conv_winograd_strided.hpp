// 3x3 convolutions of stride 2 by Winograd's algorithm (axis::Strided): 81 multiplications for 16
// outputs, where direct convolution needs 144.
#pragma once

#include "kernels/generic/winograd.hpp"
#include "kernels/generic/winograd_products.hpp"

namespace nst::kernels {
namespace {
namespace winograd_strided {

struct Strided {
  using Y = axis::Strided;
  using X = axis::Strided;
  using Products = winograd::PlainProducts;

  // Largest in_c · out_c for which this algorithm is used. The transformed weights are four times
  // as many as the weights. If a layer has many channels and few pixels, loading them takes longer
  // than the saved multiplications would. Only AVX2 has a limit, because its processors have
  // smaller caches. There, layers of 288 to 384 channels at 29x29 pixels took 1.45 times as long as
  // by direct convolution.
  static constexpr int kMostKernels = kRegisters == 32 ? 1 << 30 : 32 * 1024;

  static bool suits(const ConvSpec& spec) {
    return spec.in_c * spec.out_c <= kMostKernels && spec.kernel_h == 3 && spec.kernel_w == 3 &&
           spec.stride == 2 && spec.upsample == 1 && !spec.depthwise &&
           spec.in_c >= winograd::kFewestChannels && spec.out_c >= winograd::kFewestChannels;
  }
  static Window window(const ConvArgs& args, Block block, const Rect& rect, float* scratch) {
    return tile_window(args, block, rect, scratch);
  }
};

constexpr ConvAlgorithm kAlgorithm = winograd::algorithm<Strided>("winograd_strided");

}  // namespace winograd_strided
}  // namespace
}  // namespace nst::kernels
