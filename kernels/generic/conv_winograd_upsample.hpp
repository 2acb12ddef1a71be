// Nearest-neighbour upsampling by 2 and the following 3x3 convolution, by Winograd's algorithm
// (axis::Upsampled): 81 multiplications for 64 outputs, where direct convolution needs 576.
#pragma once

#include "kernels/generic/winograd.hpp"
#include "kernels/generic/winograd_products.hpp"

namespace nst::kernels {
namespace {
namespace winograd_upsample {

struct Upsample {
  using Y = axis::Upsampled;
  using X = axis::Upsampled;
  using Products = winograd::PlainProducts;

  // Fewest input and output channels that a layer needs for this algorithm: half as many as for
  // other Winograd convolutions. This algorithm pays off earlier, because it needs only a seventh
  // of direct convolution's multiplications. Without upsampling, a 3x3 convolution of stride 1
  // needs a quarter of them.
  static constexpr int kFewestChannels = 8;

  static bool suits(const ConvSpec& spec) {
    return spec.kernel_h == 3 && spec.kernel_w == 3 && spec.stride == 1 && spec.upsample == 2 &&
           !spec.depthwise && spec.in_c >= kFewestChannels && spec.out_c >= kFewestChannels;
  }
  // Makes the window (the block's inputs) from the picture before upsampling. Reflecting the
  // upsampled picture by one pixel is the same as repeating the edge pixel before upsampling. The
  // last tiles may read pixels further outside the picture. Only outputs outside the picture depend
  // on such pixels, and these outputs are dropped.
  static Window window(const ConvArgs& args, Block, const Rect& rect, float* scratch) {
    ConvArgs source = args;
    source.plan.spec.upsample = 1;
    if (args.geometry.border == Border::reflect) source.geometry.border = Border::replicate;
    if (reads_in_place(source, rect, false)) return window_in_place(source, rect);
    return make_window(source, Block{}, rect, scratch);
  }
};

constexpr ConvAlgorithm kAlgorithm = winograd::algorithm<Upsample>("winograd_upsample");

}  // namespace winograd_upsample
}  // namespace
}  // namespace nst::kernels
