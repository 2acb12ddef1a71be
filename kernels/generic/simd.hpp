// The vector type of one instruction set, NST_ARCH (an xsimd architecture), and the operations on
// it that the kernels need.
//
// Every header of this folder is compiled once for each instruction set, with different compiler
// flags. So all code is in an unnamed namespace and is inlined. Otherwise the linker would keep
// only one of the copies of a function. If that copy used AVX-512, older processors would crash.
// For the same reason the kernels call no inline function of the standard library at run time. A
// test checks the object files for such functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <xsimd/xsimd.hpp>

#define NST_INLINE inline __attribute__((always_inline))

namespace nst::kernels {
namespace {

using Vec = xsimd::batch<float, NST_ARCH>;
constexpr int kLanes = static_cast<int>(Vec::size);

#if defined(__AVX512F__) || defined(__aarch64__)
constexpr int kRegisters = 32;
#else
constexpr int kRegisters = 16;
#endif

constexpr NST_INLINE int min_of(int a, int b) { return a < b ? a : b; }
constexpr NST_INLINE int max_of(int a, int b) { return a > b ? a : b; }
constexpr NST_INLINE int ceil_div(int a, int b) { return (a + b - 1) / b; }

template <class F, int... I>
NST_INLINE void unroll_sequence(F&& f, std::integer_sequence<int, I...>) {
  (f(std::integral_constant<int, I>{}), ...);
}

// Calls f(0), f(1) … f(N-1) with compile-time constants. Register tiles need this, because the
// compiler keeps an array in memory if its index is known only at run time.
template <int N, class F>
NST_INLINE void unroll(F&& f) {
  unroll_sequence(f, std::make_integer_sequence<int, N>{});
}

NST_INLINE Vec broadcast(float value) { return Vec(value); }
NST_INLINE Vec load(const float* p) { return Vec::load_unaligned(p); }
NST_INLINE void store(float* p, Vec v) { v.store_unaligned(p); }

constexpr int kLine = 64 / sizeof(float);  // number of floats in a cache line

// Returns `floats` rounded up to a whole number of cache lines.
constexpr NST_INLINE std::size_t round_up_to_line(std::size_t floats) {
  return (floats + kLine - 1) / kLine * kLine;
}

// Prefetches the cache line at p into L2. p may be an invalid address, because a prefetch never
// faults.
NST_INLINE void prefetch_l2(const float* p) { __builtin_prefetch(p, 0, 2); }

// Hides from the compiler how pointer p was computed. Otherwise the compiler may compute p from
// another pointer again and again, which takes additions and registers.
NST_INLINE void optimizer_barrier(const float*& p) { asm("" : "+r"(p)); }

// Returns v and forces it into a register. Otherwise the compiler may repeat the load in several
// instructions, which is slow if the address is unaligned.
NST_INLINE Vec optimizer_barrier(Vec v) {
  auto raw = v.data;
#if defined(__x86_64__)
  asm("" : "+v"(raw));
#elif defined(__aarch64__)
  asm("" : "+w"(raw));
#endif
  return Vec(raw);
}

// Returns a * b + c, with a single rounding if the hardware can. Calls intrinsics, because xsimd
// 8.1 multiplies and adds separately on AVX-512.
NST_INLINE Vec fma(Vec a, Vec b, Vec c) {
#if defined(__AVX512F__)
  return _mm512_fmadd_ps(a, b, c);
#elif defined(__FMA__)
  return _mm256_fmadd_ps(a, b, c);
#elif defined(__aarch64__)
  return vfmaq_f32(c, a, b);
#else
  return a * b + c;
#endif
}

// Adds a * b to sum. On AVX2 an asm statement makes the sum stay in its register. A full tile of
// sums leaves only three of 16 registers, and g++ 12 would otherwise move sums to memory.
NST_INLINE void add_product(Vec& sum, Vec a, Vec b) {
#if defined(__FMA__) && !defined(__AVX512F__)
  auto raw = sum.data;
  asm("vfmadd231ps %2, %1, %0" : "+x"(raw) : "x"(a.data), "x"(b.data));
  sum = Vec(raw);
#else
  sum = fma(a, b, sum);
#endif
}

// Returns a / b, correctly rounded. xsimd 8.1 does not do that on NEON: it refines an estimate of
// the reciprocal.
NST_INLINE Vec quotient(Vec a, Vec b) {
#if defined(__aarch64__)
  return vdivq_f32(a, b);
#else
  return a / b;
#endif
}

#if defined(__AVX512F__)
NST_INLINE __mmask16 lane_mask(int n) { return static_cast<__mmask16>((1u << n) - 1u); }
#elif defined(__AVX2__)
alignas(32) constexpr std::int32_t kLaneMask[16] = {-1, -1, -1, -1, -1, -1, -1, -1};
NST_INLINE __m256i lane_mask(int n) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(kLaneMask + 8 - n));
}
#endif

// Loads the first n lanes (0 < n < kLanes); the other lanes are zero. Reads no memory beyond the n
// floats.
NST_INLINE Vec load_masked_tail(const float* p, int n) {
#if defined(__AVX512F__)
  return _mm512_maskz_loadu_ps(lane_mask(n), p);
#elif defined(__AVX2__)
  return _mm256_maskload_ps(p, lane_mask(n));
#else
  alignas(64) float lanes[kLanes] = {};
  for (int i = 0; i < n; ++i) lanes[i] = p[i];
  return load(lanes);
#endif
}

NST_INLINE void store_masked_tail(float* p, Vec v, int n) {
#if defined(__AVX512F__)
  _mm512_mask_storeu_ps(p, lane_mask(n), v);
#elif defined(__AVX2__)
  _mm256_maskstore_ps(p, lane_mask(n), v);
#else
  alignas(64) float lanes[kLanes];
  store(lanes, v);
  for (int i = 0; i < n; ++i) p[i] = lanes[i];
#endif
}

// Load or store a whole vector (if Whole) or its first n lanes, as load_masked_tail does.
template <bool Whole>
NST_INLINE Vec load_masked_or_whole(const float* p, int n) {
  return Whole ? load(p) : load_masked_tail(p, n);
}
template <bool Whole>
NST_INLINE void store_masked_or_whole(float* p, Vec v, int n) {
  Whole ? store(p, v) : store_masked_tail(p, v, n);
}

// Calls f(V, first channel) for groups of V = 4, 2 or 1 whole vectors of channels, the largest
// groups first. Returns the first channel after them; fewer than kLanes channels follow.
template <class F>
NST_INLINE int for_vector_groups(int channels, F&& f) {
  int c = 0;
  const auto groups_of = [&](auto vectors) __attribute__((always_inline)) {
    for (; channels - c >= vectors * kLanes; c += vectors * kLanes) f(vectors, c);
  };
  groups_of(std::integral_constant<int, 4>{});
  groups_of(std::integral_constant<int, 2>{});
  groups_of(std::integral_constant<int, 1>{});
  return c;
}

// Load and store the first n lanes, n > 0. If n ≥ kLanes, they load and store the whole vector.
NST_INLINE Vec load_masked(const float* p, int n) {
  return n >= kLanes ? load(p) : load_masked_tail(p, n);
}
NST_INLINE void store_masked(float* p, Vec v, int n) {
  n >= kLanes ? store(p, v) : store_masked_tail(p, v, n);
}

// maximum and minimum use the zero-masking intrinsics with a full mask. The plain AVX-512
// intrinsics have an undefined operand, about which g++ 12 warns (GCC bug 105593). The machine
// instruction is the same.
NST_INLINE Vec maximum(Vec a, Vec b) {
#if defined(__AVX512F__)
  return _mm512_maskz_max_ps(0xffff, a, b);
#else
  return xsimd::max(a, b);
#endif
}
NST_INLINE Vec minimum(Vec a, Vec b) {
#if defined(__AVX512F__)
  return _mm512_maskz_min_ps(0xffff, a, b);
#else
  return xsimd::min(a, b);
#endif
}

// Return v raised to at least `low`, or lowered to at most `high`. The bound is the first operand.
// For a NaN, x86's max and min return the second operand, so a NaN stays a NaN.
NST_INLINE Vec at_least(float low, Vec v) { return maximum(broadcast(low), v); }
NST_INLINE Vec at_most(float high, Vec v) { return minimum(broadcast(high), v); }

// Returns 2^n for the integer n in biased = 1.5 * 2^23 + n, -126 <= n <= 127. The low bits of
// `biased` contain n. Shifting them into the exponent removes all other bits. Uses intrinsics,
// because the names of xsimd's bit casts differ between its versions.
NST_INLINE Vec power_of_two(Vec biased) {
#if defined(__AVX512F__)
  const __m512i exponent = _mm512_maskz_slli_epi32(0xffff, _mm512_castps_si512(biased), 23);
  return _mm512_castsi512_ps(_mm512_add_epi32(exponent, _mm512_set1_epi32(0x3f800000)));
#elif defined(__AVX2__)
  const __m256i exponent = _mm256_slli_epi32(_mm256_castps_si256(biased), 23);
  return _mm256_castsi256_ps(_mm256_add_epi32(exponent, _mm256_set1_epi32(0x3f800000)));
#elif defined(__SSE2__)
  const __m128i exponent = _mm_slli_epi32(_mm_castps_si128(biased), 23);
  return _mm_castsi128_ps(_mm_add_epi32(exponent, _mm_set1_epi32(0x3f800000)));
#elif defined(__aarch64__)
  const int32x4_t exponent = vshlq_n_s32(vreinterpretq_s32_f32(biased), 23);
  return vreinterpretq_f32_s32(vaddq_s32(exponent, vdupq_n_s32(0x3f800000)));
#else
#error "power_of_two needs this instruction set's shift"
#endif
}

// Returns e^v for v in [-87, 87], with an error below 2 units in the last place. v = n ln 2 + r
// with |r| <= ln 2 / 2. The polynomial and the split of ln 2 into two parts are those of expf in
// the Cephes library (S. Moshier).
NST_INLINE Vec exp_bounded(Vec v) {
  // Adding 1.5 * 2^23 rounds v / ln 2 to an integer n. The low bits of the sum then contain n.
  const Vec magic = broadcast(12582912.0f);
  const Vec rounded = fma(v, broadcast(1.44269504088896341f), magic);
  const Vec n = rounded - magic;
  Vec r = fma(n, broadcast(-0.693359375f), v);
  r = fma(n, broadcast(2.12194440e-4f), r);
  Vec p = broadcast(1.9875691500e-4f);
  p = fma(p, r, broadcast(1.3981999507e-3f));
  p = fma(p, r, broadcast(8.3334519073e-3f));
  p = fma(p, r, broadcast(4.1665795894e-2f));
  p = fma(p, r, broadcast(1.6666665459e-1f));
  p = fma(p, r, broadcast(5.0000001201e-1f));
  p = fma(p, r * r, r) + broadcast(1.0f);
  return p * power_of_two(rounded);
}

NST_INLINE Vec sigmoid(Vec v) {
  // Clamps v to ±87: beyond, the sigmoid is within 1e-37 of 0 or 1.
  const Vec bounded = at_most(87.0f, at_least(-87.0f, broadcast(0.0f) - v));
  return quotient(broadcast(1.0f), broadcast(1.0f) + exp_bounded(bounded));
}

}  // namespace
}  // namespace nst::kernels
