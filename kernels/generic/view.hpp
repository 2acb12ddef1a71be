// Addresses in views, and the activations that are a clamp.
#pragma once

#include "kernels/generic/simd.hpp"
#include "kernels/kernels.h"

namespace nst::kernels {
namespace {

NST_INLINE const float* address(const ConstView& view, int y, int x) {
  return view.data + (y - view.first_row) * view.row_stride + x * view.pixel_stride;
}
NST_INLINE float* address(const View& view, int y, int x) {
  return view.data + (y - view.first_row) * view.row_stride + x * view.pixel_stride;
}

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

// Dense pixels of few channels meet the lanes alike again after kPhases vectors, if their number
// divides those lanes: 3 channels of 16 lanes do, and 8.
constexpr int kPhases = 3;
NST_INLINE bool has_phases(int channels) {
  return channels < kLanes && kPhases * kLanes % channels == 0;
}

NST_INLINE void copy_floats(const float* from, float* to, std::ptrdiff_t n) {
  std::ptrdiff_t i = 0;
  for (; i + kLanes <= n; i += kLanes) store(to + i, load(from + i));
  if (i < n)
    store_partial(to + i, load_partial(from + i, static_cast<int>(n - i)), static_cast<int>(n - i));
}

NST_INLINE void zero_floats(float* to, std::ptrdiff_t n) {
  std::ptrdiff_t i = 0;
  for (; i + kLanes <= n; i += kLanes) store(to + i, splat(0.0f));
  for (; i < n; ++i) to[i] = 0.0f;
}

}  // namespace
}  // namespace nst::kernels
