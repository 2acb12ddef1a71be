// 3x3 convolutions of stride 2 at 81 products per 16 outputs where the direct form takes 144
// (axis::Strided, winograd.hpp).
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

  // Four times as many weights as the direct form reads: where a layer has many for few pixels,
  // fetching them costs more than the products saved. On AVX2's processors, with their smaller
  // caches, 288 -> 384 at 29x29 took 1.45 times as long.
  static constexpr int kMostKernels = kRegisters == 32 ? 1 << 30 : 32 * 1024;

  static bool suits(const ConvSpec& spec) {
    return spec.in_c * spec.out_c <= kMostKernels && spec.kernel_h == 3 && spec.kernel_w == 3 &&
           spec.stride == 2 && spec.upsample == 1 && !spec.depthwise && spec.in_c >= 16 &&
           spec.out_c >= 16;
  }
  static Window window(const ConvArgs& args, Block block, const Rect& rect, float* scratch) {
    return tile_window(args, block, rect, scratch);
  }
};

constexpr ConvAlgorithm kAlgorithm = winograd::algorithm<Strided>();

}  // namespace winograd_strided
}  // namespace
}  // namespace nst::kernels
