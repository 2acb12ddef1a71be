// Chooses a convolution's algorithm and block, and runs it. Every algorithm is a header of its own.
#pragma once

#include "kernels/generic/conv_depthwise.hpp"
#include "kernels/generic/conv_direct.hpp"
#include "kernels/generic/moments.hpp"

namespace nst::kernels {
namespace {

// ConvPlan::algorithm.
enum Algorithm : int { kDirect, kDepthwise };

ConvPlan conv_plan(const ConvSpec& spec) {
  if (spec.depthwise) return {spec, kDepthwise, depthwise::packed_floats(spec)};
  return {spec, kDirect, direct::packed_floats(spec)};
}

void conv_pack(const ConvPlan& plan, const float* weights, float* packed) {
  switch (plan.algorithm) {
    case kDepthwise:
      return depthwise::pack(plan.spec, weights, packed);
    default:
      return direct::pack(plan.spec, weights, packed);
  }
}

// Blocks follow from the sizes alone, never from the machine: they are part of what fixes the
// result's bytes.
ConvBlocking conv_blocking(const ConvPlan& plan, const ConvGeometry& g) {
  // A window and a panel of weights share a second-level cache taken as 1 MiB.
  constexpr std::size_t kWindowFloats = (384 * 1024) / sizeof(float);
  constexpr int kWidth = 64;  // beyond it a row gains nothing
  constexpr int kHeight = 16;
  constexpr int kEnoughBlocks = 16;  // two each for eight threads
  constexpr int kFewestPixels = 14;  // a register tile
  const int columns = ceil_div(g.out_w, kWidth);
  int w = ceil_div(g.out_w, columns);
  int h = min_of(kHeight, g.out_h);
  while (h > 1 && ceil_div(g.out_h, h) * columns < kEnoughBlocks && (h - 1) * w >= kFewestPixels) {
    --h;
  }
  while (h > 1 && window_floats(plan.spec, h, w) > kWindowFloats) --h;
  while (w > kFewestPixels && window_floats(plan.spec, h, w) > kWindowFloats) w = ceil_div(w, 2);
  // 64-byte multiples keep what follows in the caller's arena aligned.
  const std::size_t scratch = (window_floats(plan.spec, h, w) + 15) / 16 * 16;
  return {h, w, scratch};
}

void conv_run(const ConvArgs& args, Block block, float* moments, float* scratch) {
  switch (args.plan.algorithm) {
    case kDepthwise:
      depthwise::run(args, block, scratch);
      break;
    default:
      direct::run(args, block, scratch);
      break;
  }
  if (moments != nullptr) block_moments(args.output, block, args.plan.spec.out_c, moments);
}

}  // namespace
}  // namespace nst::kernels
