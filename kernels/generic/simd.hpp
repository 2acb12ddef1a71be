// The vector type of one instruction-set unit, NST_ARCH (an xsimd architecture), and what the
// kernels need of it.
//
// Every header of this folder is compiled once per instruction set with that set's machine flags,
// so everything lives in an unnamed namespace and is inlined: a function with external linkage
// compiled for AVX-512 could be the copy the linker keeps for all. For the same reason the kernels
// call no inline function of the standard library at run time. A test inspects the object files.
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

// f(0), f(1) .. f(N-1) with constant arguments: register tiles must not be indexed at run time.
template <int N, class F>
NST_INLINE void unroll(F&& f) {
  unroll_sequence(f, std::make_integer_sequence<int, N>{});
}

NST_INLINE Vec splat(float value) { return Vec(value); }
NST_INLINE Vec load(const float* p) { return Vec::load_unaligned(p); }
NST_INLINE void store(float* p, Vec v) { v.store_unaligned(p); }

constexpr int kLine = 64 / sizeof(float);  // floats of a cache line

// Brings a line of memory into the second-level cache. Any address will do.
NST_INLINE void fetch_nearer(const float* p) { __builtin_prefetch(p, 0, 2); }

// Keeps the compiler from deriving one pointer from another, which costs additions and registers
// where each can have its own.
NST_INLINE void hide(const float*& p) { asm("" : "+r"(p)); }

// v, in a register: keeps the compiler from folding one load into several instructions, which costs
// where the load is unaligned.
NST_INLINE Vec in_register(Vec v) {
  auto raw = v.data;
#if defined(__x86_64__)
  asm("" : "+v"(raw));
#elif defined(__aarch64__)
  asm("" : "+w"(raw));
#endif
  return Vec(raw);
}

// a * b + c; fused where the hardware can. xsimd 8.1 multiplies and adds on AVX-512, so the
// intrinsic is called here.
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

// sum = a * b + sum. With AVX2's 16 registers a full tile of sums leaves three: g++ 12 would move
// sums from register to register, run out and spill some, so the instruction that adds in place is
// named.
NST_INLINE void add_product(Vec& sum, Vec a, Vec b) {
#if defined(__FMA__) && !defined(__AVX512F__)
  auto raw = sum.data;
  asm("vfmadd231ps %2, %1, %0" : "+x"(raw) : "x"(a.data), "x"(b.data));
  sum = Vec(raw);
#else
  sum = fma(a, b, sum);
#endif
}

// a / b, correctly rounded. xsimd 8.1 refines a reciprocal estimate on NEON.
NST_INLINE Vec quotient(Vec a, Vec b) {
#if defined(__aarch64__)
  return vdivq_f32(a, b);
#else
  return a / b;
#endif
}

#if defined(__AVX512F__)
NST_INLINE __mmask16 first_lanes(int n) { return static_cast<__mmask16>((1u << n) - 1u); }
#elif defined(__AVX2__)
alignas(32) constexpr std::int32_t kLaneMask[16] = {-1, -1, -1, -1, -1, -1, -1, -1};
NST_INLINE __m256i first_lanes(int n) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(kLaneMask + 8 - n));
}
#endif

// The first n lanes (0 < n < kLanes) from memory, zero in the others; reads nothing beyond them.
NST_INLINE Vec load_partial(const float* p, int n) {
#if defined(__AVX512F__)
  return _mm512_maskz_loadu_ps(first_lanes(n), p);
#elif defined(__AVX2__)
  return _mm256_maskload_ps(p, first_lanes(n));
#else
  alignas(64) float lanes[kLanes] = {};
  for (int i = 0; i < n; ++i) lanes[i] = p[i];
  return load(lanes);
#endif
}

NST_INLINE void store_partial(float* p, Vec v, int n) {
#if defined(__AVX512F__)
  _mm512_mask_storeu_ps(p, first_lanes(n), v);
#elif defined(__AVX2__)
  _mm256_maskstore_ps(p, first_lanes(n), v);
#else
  alignas(64) float lanes[kLanes];
  store(lanes, v);
  for (int i = 0; i < n; ++i) p[i] = lanes[i];
#endif
}

// A whole vector, or its first n lanes as above, decided where the code is compiled.
template <bool Whole>
NST_INLINE Vec load_lanes(const float* p, int n) {
  return Whole ? load(p) : load_partial(p, n);
}
template <bool Whole>
NST_INLINE void store_lanes(float* p, Vec v, int n) {
  Whole ? store(p, v) : store_partial(p, v, n);
}

// f(V, first channel) for groups of V = 4, 2 or 1 whole vectors that make up `channels` but for a
// rest smaller than a vector; returns where that starts.
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

// load_partial and store_partial with n = kLanes allowed.
NST_INLINE Vec load_first(const float* p, int n) {
  return n >= kLanes ? load(p) : load_partial(p, n);
}
NST_INLINE void store_first(float* p, Vec v, int n) {
  n >= kLanes ? store(p, v) : store_partial(p, v, n);
}

// Zero-masking forms with a full mask: the plain AVX-512 intrinsics pass an undefined operand,
// which g++ 12 warns of (GCC bug 105593). The instruction is the same.
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

// The constant stands first: where the hardware's max and min are not symmetric (x86) they return
// the second operand for a NaN, so a NaN stays one.
NST_INLINE Vec at_least(float low, Vec v) { return maximum(splat(low), v); }
NST_INLINE Vec at_most(float high, Vec v) { return minimum(splat(high), v); }

// 2^n for the integer n in the low bits of 1.5 * 2^23 + n (-126 <= n <= 127): shifting it into the
// exponent pushes every other bit out. By intrinsics: xsimd spells its bit casts differently from
// version to version.
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

// e^v for v in [-87, 87], error below 2 ulp. v = n ln 2 + r with |r| <= ln 2 / 2; the polynomial
// and the two-part ln 2 are those of expf in the Cephes library (S. Moshier).
NST_INLINE Vec exp_bounded(Vec v) {
  // Adding 1.5 * 2^23 rounds to an integer and leaves it in the low bits.
  const Vec magic = splat(12582912.0f);
  const Vec rounded = fma(v, splat(1.44269504088896341f), magic);
  const Vec n = rounded - magic;
  Vec r = fma(n, splat(-0.693359375f), v);
  r = fma(n, splat(2.12194440e-4f), r);
  Vec p = splat(1.9875691500e-4f);
  p = fma(p, r, splat(1.3981999507e-3f));
  p = fma(p, r, splat(8.3334519073e-3f));
  p = fma(p, r, splat(4.1665795894e-2f));
  p = fma(p, r, splat(1.6666665459e-1f));
  p = fma(p, r, splat(5.0000001201e-1f));
  p = fma(p, r * r, r) + splat(1.0f);
  return p * power_of_two(rounded);
}

NST_INLINE Vec sigmoid(Vec v) {
  // Beyond +-87 the result is within 1e-37 of 0 or 1.
  const Vec bounded = at_most(87.0f, at_least(-87.0f, splat(0.0f) - v));
  return quotient(splat(1.0f), splat(1.0f) + exp_bounded(bounded));
}

}  // namespace
}  // namespace nst::kernels
