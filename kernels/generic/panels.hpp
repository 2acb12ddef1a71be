// Panels: the output channels that are packed and computed together. A panel has two vectors of
// channels. The last panel may have one or three vectors.
#pragma once

#include "kernels/generic/simd.hpp"
#include "kernels/kernels.h"

namespace nst::kernels {
namespace {

constexpr int kPanelVectors = 2;
constexpr int kMostPanelVectors = 3;
constexpr int kPanelChannels = kPanelVectors * kLanes;

NST_INLINE int vectors_of(int channels) { return ceil_div(channels, kLanes); }

NST_INLINE std::size_t products_per_output(const ConvSpec& spec) {
  return static_cast<std::size_t>(spec.kernel_h) * spec.kernel_w * spec.in_c;
}

// Returns the number of vectors of the next panel, if `left` vectors are left.
NST_INLINE int panel_vectors(int left) {
  return left == kMostPanelVectors ? left : min_of(kPanelVectors, left);
}

// Calls f(first channel, number of vectors) for each panel of the channels [first_c, end_c).
template <class F>
NST_INLINE void for_panels(int first_c, int end_c, F&& f) {
  for (int first = first_c, vectors = 0; first < end_c; first += vectors * kLanes) {
    vectors = panel_vectors(vectors_of(end_c - first));
    f(first, vectors);
  }
}

}  // namespace
}  // namespace nst::kernels
