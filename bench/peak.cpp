#include "bench/peak.hpp"

#include <algorithm>
#include <chrono>

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

namespace nst::bench {

namespace {

// Number of independent sums that are computed at the same time. To be fully busy, a core needs as
// many as the latency of a multiply-add times the number of units that compute it. That is 8 to 10
// sums with a latency of 4 or 5 cycles and 2 units; some AArch64 cores have 4 units and need 16.
// 12 sums and the operand fit in 16 registers.
constexpr int kChains = 12;

#if defined(__x86_64__)

__attribute__((target("avx512f"))) float run_512(int turns, float factor) {
  const __m512 f = _mm512_set1_ps(factor);
  __m512 chain[kChains];
  for (int c = 0; c < kChains; ++c) chain[c] = _mm512_set1_ps(static_cast<float>(c));
  for (int t = 0; t < turns; ++t) {
#pragma GCC unroll 12
    for (int c = 0; c < kChains; ++c) chain[c] = _mm512_fmadd_ps(chain[c], f, f);
  }
  for (int c = 1; c < kChains; ++c) chain[0] = _mm512_add_ps(chain[0], chain[c]);
  return _mm512_cvtss_f32(chain[0]);
}

__attribute__((target("avx2,fma"))) float run_256(int turns, float factor) {
  const __m256 f = _mm256_set1_ps(factor);
  __m256 chain[kChains];
  for (int c = 0; c < kChains; ++c) chain[c] = _mm256_set1_ps(static_cast<float>(c));
  for (int t = 0; t < turns; ++t) {
#pragma GCC unroll 12
    for (int c = 0; c < kChains; ++c) chain[c] = _mm256_fmadd_ps(chain[c], f, f);
  }
  for (int c = 1; c < kChains; ++c) chain[0] = _mm256_add_ps(chain[0], chain[c]);
  return _mm256_cvtss_f32(chain[0]);
}

float run_128(int turns, float factor) {
  const __m128 f = _mm_set1_ps(factor);
  __m128 chain[kChains];
  for (int c = 0; c < kChains; ++c) chain[c] = _mm_set1_ps(static_cast<float>(c));
  for (int t = 0; t < turns; ++t) {
#pragma GCC unroll 12
    for (int c = 0; c < kChains; ++c) chain[c] = _mm_add_ps(_mm_mul_ps(chain[c], f), f);
  }
  for (int c = 1; c < kChains; ++c) chain[0] = _mm_add_ps(chain[0], chain[c]);
  return _mm_cvtss_f32(chain[0]);
}

float run(int lanes, int turns, float factor) {
  if (lanes == 16) return run_512(turns, factor);
  return lanes == 8 ? run_256(turns, factor) : run_128(turns, factor);
}

#elif defined(__aarch64__)

float run(int, int turns, float factor) {
  const float32x4_t f = vdupq_n_f32(factor);
  float32x4_t chain[kChains];
  for (int c = 0; c < kChains; ++c) chain[c] = vdupq_n_f32(static_cast<float>(c));
  for (int t = 0; t < turns; ++t) {
#pragma GCC unroll 12
    for (int c = 0; c < kChains; ++c) chain[c] = vfmaq_f32(f, chain[c], f);
  }
  for (int c = 1; c < kChains; ++c) chain[0] = vaddq_f32(chain[0], chain[c]);
  return vaddvq_f32(chain[0]);
}

#else

float run(int, int turns, float factor) {
  float chain = factor;
  for (int t = 0; t < turns * kChains; ++t) chain = chain * factor + factor;
  return chain;
}

#endif

}  // namespace

double multiply_add_peak(int lanes) {
  using Clock = std::chrono::steady_clock;
  constexpr int kTurns = 100000;
  constexpr int kRuns = 20;
  // Volatile, so that the compiler cannot compute the sums itself. Below 1, so that the sums stay
  // finite.
  volatile float factor = 0.5f;
  volatile float sink = 0.0f;
  double best = 0.0;
  for (int i = 0; i < kRuns; ++i) {
    const auto begin = Clock::now();
    sink = run(lanes, kTurns, factor);
    const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    best = std::max(best, static_cast<double>(kTurns) * kChains * lanes / seconds);
  }
  static_cast<void>(sink);
  return best;
}

}  // namespace nst::bench
