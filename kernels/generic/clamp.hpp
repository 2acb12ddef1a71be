// Activations that are a clamp.
#pragma once

#include "kernels/generic/view.hpp"

namespace nst::kernels {
namespace {

// none, relu and relu6 as bounds, so that one instruction sequence serves all three.
struct Clamp {
  float low, high;
};

NST_INLINE Clamp clamp_of(Activation act) {
  constexpr float kInfinity = __builtin_huge_valf();
  return {act == Activation::none ? -kInfinity : 0.0f, act == Activation::relu6 ? 6.0f : kInfinity};
}

NST_INLINE Vec clamped(Clamp clamp, Vec v) { return at_most(clamp.high, at_least(clamp.low, v)); }

// A clamp whose lower bound is a channel's own, a lane each.
struct ClampEach {
  Vec low;
  float high;
};

// Of the channels from `floor` on, n of them: where it is null, the activation's own bounds.
NST_INLINE ClampEach clamp_each(Clamp clamp, const float* floor, int n) {
  return {floor != nullptr ? load_first(floor, n) : splat(clamp.low), clamp.high};
}

// The bound stands first, as in at_least.
NST_INLINE Vec clamped(const ClampEach& clamp, Vec v) {
  return at_most(clamp.high, maximum(clamp.low, v));
}

// Of one channel, for algorithms with pixels in the lanes.
NST_INLINE Clamp clamp_of_channel(Clamp clamp, const float* floor, int channel) {
  return {floor != nullptr ? floor[channel] : clamp.low, clamp.high};
}

// For algorithms whose inner loops know no floor, which few layers have: what they clamp to, and
// the pass over a block that follows.
NST_INLINE Clamp clamp_before_floor(const ConvArgs& args) {
  return clamp_of(args.floor != nullptr ? Activation::none : args.act);
}

void raise_to_floor(const ConvArgs& args, Block block) {
  if (args.floor == nullptr) return;
  for (int y = block.y; y < block.y + block.h; ++y) {
    float* out = address(args.output, y, block.x) + block.first_c;
    for (int x = 0; x < block.w; ++x, out += args.output.pixel_stride) {
      for (int c = 0; c < block.channels; c += kLanes) {
        const int n = min_of(block.channels - c, kLanes);
        const Vec floor = load_first(args.floor + block.first_c + c, n);
        store_first(out + c, maximum(floor, load_first(out + c, n)), n);
      }
    }
  }
}

}  // namespace
}  // namespace nst::kernels
