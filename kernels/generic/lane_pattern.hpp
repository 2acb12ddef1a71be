// Vectors of dense pixels that have fewer channels than lanes.
#pragma once

#include "kernels/generic/simd.hpp"

namespace nst::kernels {
namespace {

// Dense pixels of few channels meet the lanes alike again after kPhases vectors, if their number
// divides those lanes: 3 channels of 16 lanes do, and 8.
constexpr int kPhases = 3;
NST_INLINE bool has_phases(int channels) {
  return channels < kLanes && kPhases * kLanes % channels == 0;
}

struct Phases {
  Vec at[kPhases];
};

// Each lane its channel's value.
NST_INLINE Phases spread(const float* values, int channels) {
  alignas(64) float lanes[kPhases * kLanes];
  for (int i = 0; i < kPhases * kLanes; ++i) lanes[i] = values[i % channels];
  Phases phases;
  unroll<kPhases>([&](auto i)
                      __attribute__((always_inline)) { phases.at[i] = load(lanes + i * kLanes); });
  return phases;
}

// The other way: out[c] is the sum of the channel's lanes.
NST_INLINE void fold(const Phases& phases, int channels, float* out) {
  alignas(64) float lanes[kPhases * kLanes];
  unroll<kPhases>([&](auto i)
                      __attribute__((always_inline)) { store(lanes + i * kLanes, phases.at[i]); });
  for (int c = 0; c < channels; ++c) {
    float sum = 0.0f;
    for (int i = c; i < kPhases * kLanes; i += channels) sum += lanes[i];
    out[c] = sum;
  }
}

NST_INLINE void clear(Phases& phases) {
  for (Vec& v : phases.at) v = splat(0.0f);
}
NST_INLINE void add(Phases& total, const Phases& part) {
  unroll<kPhases>([&](auto i)
                      __attribute__((always_inline)) { total.at[i] = total.at[i] + part.at[i]; });
}

}  // namespace
}  // namespace nst::kernels
