// Helpers for views (tensors given by a pointer and strides): functions that compute the address of
// a pixel, copy floats, and set floats to zero.
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

NST_INLINE void copy_floats(const float* from, float* to, std::ptrdiff_t n) {
  std::ptrdiff_t i = 0;
  for (; i + kLanes <= n; i += kLanes) store(to + i, load(from + i));
  if (i < n)
    store_masked_tail(to + i, load_masked_tail(from + i, static_cast<int>(n - i)),
                      static_cast<int>(n - i));
}

NST_INLINE void zero_floats(float* to, std::ptrdiff_t n) {
  std::ptrdiff_t i = 0;
  for (; i + kLanes <= n; i += kLanes) store(to + i, broadcast(0.0f));
  for (; i < n; ++i) to[i] = 0.0f;
}

}  // namespace
}  // namespace nst::kernels
