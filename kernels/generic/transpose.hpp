// Transposes pixels: from an order in which the channels of a pixel are neighbours to one plane for
// each channel, and back.
#pragma once

#include "kernels/generic/view.hpp"

namespace nst::kernels {
namespace {

// Number of columns that one step of transpose() moves.
constexpr int kTransposed = 4;

// Computes to[c][r] = from[r * pitch + c] for R rows and kTransposed columns. R is 4, or 8 with
// AVX2.
template <int R>
NST_INLINE void transpose_block(const float* from, std::ptrdiff_t pitch, float* const* to) {
#if defined(__AVX2__)
  if constexpr (R == 8) {
    // Loads rows r and r + 4 into the two halves of a register. Both halves are then transposed by
    // the same instructions.
    const auto rows = [&](int r) __attribute__((always_inline)) {
      return _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(from + r * pitch)),
                                  _mm_loadu_ps(from + (r + 4) * pitch), 1);
    };
    const __m256 a = rows(0);
    const __m256 b = rows(1);
    const __m256 c = rows(2);
    const __m256 d = rows(3);
    const __m256 ab_low = _mm256_unpacklo_ps(a, b);
    const __m256 ab_high = _mm256_unpackhi_ps(a, b);
    const __m256 cd_low = _mm256_unpacklo_ps(c, d);
    const __m256 cd_high = _mm256_unpackhi_ps(c, d);
    _mm256_storeu_ps(to[0], _mm256_shuffle_ps(ab_low, cd_low, 0x44));
    _mm256_storeu_ps(to[1], _mm256_shuffle_ps(ab_low, cd_low, 0xee));
    _mm256_storeu_ps(to[2], _mm256_shuffle_ps(ab_high, cd_high, 0x44));
    _mm256_storeu_ps(to[3], _mm256_shuffle_ps(ab_high, cd_high, 0xee));
    return;
  }
#endif
#if defined(__SSE2__)
  static_assert(R == 4 || R == 8);
  __m128 a = _mm_loadu_ps(from);
  __m128 b = _mm_loadu_ps(from + pitch);
  __m128 c = _mm_loadu_ps(from + 2 * pitch);
  __m128 d = _mm_loadu_ps(from + 3 * pitch);
  _MM_TRANSPOSE4_PS(a, b, c, d);
  _mm_storeu_ps(to[0], a);
  _mm_storeu_ps(to[1], b);
  _mm_storeu_ps(to[2], c);
  _mm_storeu_ps(to[3], d);
#else
  for (int c = 0; c < kTransposed; ++c) {
    for (int r = 0; r < R; ++r) to[c][r] = from[r * pitch + c];
  }
#endif
}

// Computes to(c)[r] = from[r * pitch + c] for r < rows and c < columns.
template <class To>
NST_INLINE void transpose(const float* from, std::ptrdiff_t pitch, int rows, int columns, To&& to) {
#if defined(__AVX2__)
  constexpr int kTall = 8;
#else
  constexpr int kTall = 4;
#endif
  int c = 0;
  for (; c + kTransposed <= columns; c += kTransposed) {
    float* planes[kTransposed] = {to(c), to(c + 1), to(c + 2), to(c + 3)};
    const float* row = from + c;
    int left = rows;
    const auto step = [&](auto height) __attribute__((always_inline)) {
      for (; left >= height; left -= height) {
        transpose_block<height>(row, pitch, planes);
        row += height * pitch;
        for (float*& plane : planes) plane += height;
      }
    };
    step(std::integral_constant<int, kTall>{});
    step(std::integral_constant<int, 4>{});
    for (; left > 0; --left, row += pitch) {
      for (int i = 0; i < kTransposed; ++i) *planes[i]++ = row[i];
    }
  }
  for (; c < columns; ++c) {
    float* const plane = to(c);
    for (int r = 0; r < rows; ++r) plane[r] = from[r * pitch + c];
  }
}

// Computes to[c * to_pitch + r] = from[r * pitch + c] for r < rows and c < columns.
void transpose(const float* from, std::ptrdiff_t pitch, int rows, int columns, float* to,
               std::ptrdiff_t to_pitch) {
  transpose(
      from, pitch, rows,
      columns, [&](int c) __attribute__((always_inline)) { return to + c * to_pitch; });
}

}  // namespace
}  // namespace nst::kernels
