// Nearest-neighbour x2 upsampling followed by a 3x3 convolution, at 81 products per 64 outputs
// where the direct form takes 576 (axis::Upsampled, winograd.hpp).
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

  static bool suits(const ConvSpec& spec) {
    return spec.kernel_h == 3 && spec.kernel_w == 3 && spec.stride == 1 && spec.upsample == 2 &&
           !spec.depthwise && spec.in_c >= 8 && spec.out_c >= 8;
  }
  // Reflecting the upsampled picture by one pixel repeats the source's edge; the surplus of the
  // last tiles is border like any other.
  static Window window(const ConvArgs& args, Block, const Rect& rect, float* scratch) {
    ConvArgs source = args;
    source.plan.spec.upsample = 1;
    if (args.geometry.border == Border::reflect) source.geometry.border = kRepeatEdge;
    if (reads_in_place(source, rect, false)) return window_in_place(source, rect);
    return form_window(source, Block{}, rect, scratch);
  }
};

constexpr ConvAlgorithm kAlgorithm = winograd::algorithm<Upsample>();

}  // namespace winograd_upsample
}  // namespace
}  // namespace nst::kernels
