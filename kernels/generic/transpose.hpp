// Pixel-major rows to planes and back.
#pragma once

#include "kernels/generic/view.hpp"

namespace nst::kernels {
namespace {

// to[c * to_pitch + p] = from[p * from_pitch + c] for 4 pixels × 4 channels.
NST_INLINE void transpose_4x4(const float* from, std::ptrdiff_t from_pitch, float* to,
                              std::ptrdiff_t to_pitch) {
#if defined(__SSE2__)
  __m128 a = _mm_loadu_ps(from);
  __m128 b = _mm_loadu_ps(from + from_pitch);
  __m128 c = _mm_loadu_ps(from + 2 * from_pitch);
  __m128 d = _mm_loadu_ps(from + 3 * from_pitch);
  _MM_TRANSPOSE4_PS(a, b, c, d);
  _mm_storeu_ps(to, a);
  _mm_storeu_ps(to + to_pitch, b);
  _mm_storeu_ps(to + 2 * to_pitch, c);
  _mm_storeu_ps(to + 3 * to_pitch, d);
#else
  for (int c = 0; c < 4; ++c) {
    for (int p = 0; p < 4; ++p) to[c * to_pitch + p] = from[p * from_pitch + c];
  }
#endif
}

// to[c * to_pitch + p] = from[p * from_pitch + c] for p < pixels, c < channels.
void transpose(const float* from, std::ptrdiff_t from_pitch, int pixels, int channels, float* to,
               std::ptrdiff_t to_pitch) {
  const int pixels4 = pixels & ~3;
  const int channels4 = channels & ~3;
  for (int p = 0; p < pixels4; p += 4) {
    for (int c = 0; c < channels4; c += 4) {
      transpose_4x4(from + p * from_pitch + c, from_pitch, to + c * to_pitch + p, to_pitch);
    }
  }
  for (int p = 0; p < pixels; ++p) {
    const int c_begin = p < pixels4 ? channels4 : 0;
    for (int c = c_begin; c < channels; ++c) to[c * to_pitch + p] = from[p * from_pitch + c];
  }
}

// The way back: to[p * to_pitch + c] = from[c * from_pitch + p].
NST_INLINE void transpose_back(const float* from, std::ptrdiff_t from_pitch, int channels,
                               int pixels, float* to, std::ptrdiff_t to_pitch) {
  transpose(from, from_pitch, channels, pixels, to, to_pitch);
}

}  // namespace
}  // namespace nst::kernels
