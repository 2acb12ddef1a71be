// Activations that limit values to a range: none, relu, relu6, and relu with a lower bound
// ("floor") for each channel.
#pragma once

#include "kernels/generic/view.hpp"

namespace nst::kernels {
namespace {

// The lower and upper bound of an activation (none, relu or relu6). With bounds, the same
// instructions serve all three activations.
struct Clamp {
  float low, high;
};

NST_INLINE Clamp clamp_of(Activation act) {
  constexpr float kInfinity = __builtin_huge_valf();
  return {act == Activation::none ? -kInfinity : 0.0f, act == Activation::relu6 ? 6.0f : kInfinity};
}

NST_INLINE Vec clamped(Clamp clamp, Vec v) { return at_most(clamp.high, at_least(clamp.low, v)); }

// The bounds to which a vector with one channel a lane is clamped. Each channel may have its own
// lower bound.
struct ClampEach {
  Vec low;
  float high;
};

// Returns the bounds of values whose lanes hold n channels. The lower bounds are the n floats at
// `floor`. If `floor` is null, every channel has the bounds of the activation.
NST_INLINE ClampEach clamp_each(Clamp clamp, const float* floor, int n) {
  return {floor != nullptr ? load_masked(floor, n) : broadcast(clamp.low), clamp.high};
}

// Returns v clamped to the bounds. The bound is the first operand of max and min. For a NaN, x86's
// max and min return the second operand, so a NaN in v stays a NaN.
NST_INLINE Vec clamped(const ClampEach& clamp, Vec v) {
  return at_most(clamp.high, maximum(clamp.low, v));
}

// Returns the bounds of the values of one channel, for algorithms whose lanes hold pixels. The
// lower bound is floor[channel]. If `floor` is null, the bounds are those of the activation.
NST_INLINE Clamp clamp_of_channel(Clamp clamp, const float* floor, int channel) {
  return {floor != nullptr ? floor[channel] : clamp.low, clamp.high};
}

// Returns the clamp for an algorithm whose inner loops cannot apply a floor for each channel. If
// there are floors, this clamp changes nothing: raise_to_floor applies the floors afterwards, in
// another pass over the block. Few layers have floors.
NST_INLINE Clamp clamp_before_floor(const ConvArgs& args) {
  return clamp_of(args.floor != nullptr ? Activation::none : args.act);
}

// Raises the outputs of a block to the floors of their channels. Does nothing if there are no
// floors.
void raise_to_floor(const ConvArgs& args, Block block) {
  if (args.floor == nullptr) return;
  for (int y = block.y; y < block.y + block.h; ++y) {
    float* out = address(args.output, y, block.x) + block.first_c;
    for (int x = 0; x < block.w; ++x, out += args.output.pixel_stride) {
      for (int c = 0; c < block.channels; c += kLanes) {
        const int n = min_of(block.channels - c, kLanes);
        const Vec floor = load_masked(args.floor + block.first_c + c, n);
        store_masked(out + c, maximum(floor, load_masked(out + c, n)), n);
      }
    }
  }
}

}  // namespace
}  // namespace nst::kernels
