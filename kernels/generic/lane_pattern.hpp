// Lane patterns. If pixels have few channels and no gaps between them, a vector holds several
// pixels. A lane pattern tells which channel each lane belongs to.
#pragma once

#include "kernels/generic/simd.hpp"

namespace nst::kernels {
namespace {

// Number of vectors after which the lane pattern repeats. It repeats only if the number of channels
// divides the number of lanes in these vectors (has_lane_pattern). Three AVX-512 vectors have 48
// lanes, which 3 and 8 channels divide.
constexpr int kPatternVectors = 3;
NST_INLINE bool has_lane_pattern(int channels) {
  return channels < kLanes && kPatternVectors * kLanes % channels == 0;
}

// One float for each lane of kPatternVectors vectors, after which the lane pattern repeats.
struct LanePattern {
  Vec at[kPatternVectors];
};

// Returns vectors in which each lane holds values[c] of the channel c that the lane belongs to.
NST_INLINE LanePattern tile_lanes(const float* values, int channels) {
  alignas(64) float lanes[kPatternVectors * kLanes];
  for (int i = 0; i < kPatternVectors * kLanes; ++i) lanes[i] = values[i % channels];
  LanePattern pattern;
  unroll<kPatternVectors>([&](auto i) __attribute__((always_inline)) {
    pattern.at[i] = load(lanes + i * kLanes);
  });
  return pattern;
}

// Adds up the lanes of each channel and writes the sum to out[channel].
NST_INLINE void reduce_lanes(const LanePattern& pattern, int channels, float* out) {
  alignas(64) float lanes[kPatternVectors * kLanes];
  unroll<kPatternVectors>([&](auto i) __attribute__((always_inline)) {
    store(lanes + i * kLanes, pattern.at[i]);
  });
  for (int c = 0; c < channels; ++c) {
    float sum = 0.0f;
    for (int i = c; i < kPatternVectors * kLanes; i += channels) sum += lanes[i];
    out[c] = sum;
  }
}

NST_INLINE void clear(LanePattern& pattern) {
  for (Vec& v : pattern.at) v = broadcast(0.0f);
}
NST_INLINE void add(LanePattern& total, const LanePattern& part) {
  unroll<kPatternVectors>([&](auto i) __attribute__((always_inline)) {
    total.at[i] = total.at[i] + part.at[i];
  });
}

}  // namespace
}  // namespace nst::kernels
