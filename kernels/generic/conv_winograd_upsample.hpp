// Nearest-neighbour x2 upsampling and the 3x3 convolution after it, by Winograd's algorithm: 81
// products for 64 outputs where the direct form takes 576 (axis::Upsampled).
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

  // The fewest channels, half as many as other layers need: a seventh of the products remains, not
  // a quarter.
  static constexpr int kFewestChannels = 8;

  static bool suits(const ConvSpec& spec) {
    return spec.kernel_h == 3 && spec.kernel_w == 3 && spec.stride == 1 && spec.upsample == 2 &&
           !spec.depthwise && spec.in_c >= kFewestChannels && spec.out_c >= kFewestChannels;
  }
  // Makes the window of the source. To reflect the upsampled picture by one pixel is to repeat the
  // source's edge. What the surplus of the last tiles reads is border, too.
  static Window window(const ConvArgs& args, Block, const Rect& rect, float* scratch) {
    ConvArgs source = args;
    source.plan.spec.upsample = 1;
    if (args.geometry.border == Border::reflect) source.geometry.border = Border::replicate;
    if (reads_in_place(source, rect, false)) return window_in_place(source, rect);
    return make_window(source, Block{}, rect, scratch);
  }
};

constexpr ConvAlgorithm kAlgorithm = winograd::algorithm<Upsample>();

}  // namespace winograd_upsample
}  // namespace
}  // namespace nst::kernels
