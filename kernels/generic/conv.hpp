// Chooses a convolution's algorithm and block, and runs it. Every algorithm is a header of its own.
#pragma once

#include "kernels/generic/conv_depthwise.hpp"
#include "kernels/generic/conv_direct.hpp"
#include "kernels/generic/conv_planar.hpp"
#include "kernels/generic/conv_upsample.hpp"
#include "kernels/generic/conv_winograd.hpp"
#include "kernels/generic/moments.hpp"

namespace nst::kernels {
namespace {

// ConvPlan::algorithm.
enum Algorithm : int { kDirect, kPlanar, kWinograd, kUpsample, kDepthwise };

ConvPlan conv_plan(const ConvSpec& spec) {
  if (spec.depthwise) return {spec, kDepthwise, depthwise::packed_floats(spec)};
  if (upsample::suits(spec))
    return {spec, kUpsample, tiles::packed_floats<upsample::Algorithm>(spec)};
  if (winograd::suits(spec))
    return {spec, kWinograd, tiles::packed_floats<winograd::Algorithm>(spec)};
  if (planar::preferred(spec)) return {spec, kPlanar, planar::packed_floats(spec)};
  return {spec, kDirect, direct::packed_floats(spec)};
}

void conv_pack(const ConvPlan& plan, const float* weights, float* packed) {
  switch (plan.algorithm) {
    case kDepthwise:
      return depthwise::pack(plan.spec, weights, packed);
    case kPlanar:
      return planar::pack(plan.spec, weights, packed);
    case kUpsample:
      return upsample::pack(plan.spec, weights, packed);
    case kWinograd:
      return winograd::pack(plan.spec, weights, packed);
    default:
      return direct::pack(plan.spec, weights, packed);
  }
}

NST_INLINE std::size_t scratch_floats(const ConvPlan& plan, int block_h, int block_w) {
  return plan.algorithm == kPlanar ? planar::scratch_floats(plan.spec, block_h, block_w)
                                   : window_floats(plan.spec, block_h, block_w);
}

// Blocks follow from the sizes alone, never from the machine: they are part of what fixes the
// result's bytes.
ConvBlocking conv_blocking(const ConvPlan& plan, const ConvGeometry& g) {
  if (plan.algorithm == kUpsample) return tiles::blocking<upsample::Algorithm>(plan.spec, g);
  if (plan.algorithm == kWinograd) return tiles::blocking<winograd::Algorithm>(plan.spec, g);
  // A window and a panel of weights share a second-level cache taken as 1 MiB.
  constexpr std::size_t kWindowFloats = (384 * 1024) / sizeof(float);
  constexpr int kHeight = 16;
  constexpr int kEnoughBlocks = 16;  // two each for eight threads
  constexpr int kFewestPixels = 14;  // a register tile
  // Wider rows gain nothing but fewer columns read twice; pixels in lanes want whole vectors.
  const int widest = plan.algorithm == kPlanar ? 128 : 64;
  const int granule = plan.algorithm == kPlanar ? kLanes : 1;
  const auto width = [&](int columns) {
    return min_of(ceil_div(ceil_div(g.out_w, columns), granule) * granule, g.out_w);
  };
  int columns = ceil_div(g.out_w, widest);
  int h = min_of(kHeight, g.out_h);
  while (h > 1 && ceil_div(g.out_h, h) * columns < kEnoughBlocks &&
         (h - 1) * width(columns) >= kFewestPixels) {
    --h;
  }
  while (h > 1 && scratch_floats(plan, h, width(columns)) > kWindowFloats) --h;
  while (width(columns) > max_of(kFewestPixels, granule) &&
         scratch_floats(plan, h, width(columns)) > kWindowFloats) {
    ++columns;
  }
  // Whole cache lines keep what follows in the caller's arena aligned.
  const std::size_t scratch = (scratch_floats(plan, h, width(columns)) + 15) / 16 * 16;
  return {0, 0, h, width(columns), scratch};
}

void conv_run(const ConvArgs& args, Block block, float* moments, float* scratch) {
  switch (args.plan.algorithm) {
    case kDepthwise:
      depthwise::run(args, block, scratch);
      break;
    case kPlanar:
      planar::run(args, block, scratch);
      break;
    case kUpsample:
      tiles::run<upsample::Algorithm>(args, block, scratch);
      break;
    case kWinograd:
      tiles::run<winograd::Algorithm>(args, block, scratch);
      break;
    default:
      direct::run(args, block, scratch);
      break;
  }
  if (moments != nullptr) block_moments(args.output, block, args.plan.spec.out_c, moments);
}

}  // namespace
}  // namespace nst::kernels
