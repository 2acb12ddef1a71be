#include "kernels/cpu_features.hpp"

#if defined(__x86_64__)
#include <cpuid.h>

#include <cstdint>
#endif

namespace nst::kernels {

#if defined(__x86_64__)
namespace {

constexpr bool has_all(std::uint32_t flags, std::uint32_t wanted) {
  return (flags & wanted) == wanted;
}

constexpr std::uint32_t bit(int n) { return std::uint32_t{1} << n; }

// Feature bits that the instruction CPUID returns in register ECX for leaf 1.
constexpr std::uint32_t kFma = bit(12), kSse42 = bit(20), kPopcnt = bit(23), kOsxsave = bit(27),
                        kAvx = bit(28);
// Feature bits that CPUID returns in register EBX for leaf 7, subleaf 0.
constexpr std::uint32_t kAvx2 = bit(5), kAvx512F = bit(16), kAvx512Dq = bit(17),
                        kAvx512Cd = bit(28), kAvx512Bw = bit(30), kAvx512Vl = bit(31);
// Bits of the register XCR0, which tells what the system saves at a task switch. AVX needs the xmm
// and ymm registers. AVX-512 also needs the mask registers, the upper halves of zmm0 to zmm15, and
// zmm16 to zmm31.
constexpr std::uint32_t kYmmState = bit(1) | bit(2);
constexpr std::uint32_t kZmmState = kYmmState | bit(5) | bit(6) | bit(7);

// Returns the low half of XCR0. Requires the bit kOsxsave: without it, XGETBV is an undefined
// instruction.
std::uint32_t saved_registers() {
  std::uint32_t low = 0, high = 0;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low;
}

// Returns true if the vendor is AMD or Hygon, whose cores derive from AMD's.
bool is_amd() {
  std::uint32_t a = 0, b = 0, c = 0, d = 0;
  if (__get_cpuid(0, &a, &b, &c, &d) == 0) return false;
  // The second line compares with "HygonGenuine": Hygon's processors are of AMD's design.
  return (b == signature_AMD_ebx && c == signature_AMD_ecx && d == signature_AMD_edx) ||
         (b == 0x6f677948 && c == 0x656e6975 && d == 0x6e65476e);
}

}  // namespace

CpuFeatures cpu_features() {
  CpuFeatures features;
  features.amd = is_amd();
  std::uint32_t a = 0, b = 0, basic = 0, d = 0, extended = 0, c = 0;
  if (__get_cpuid(1, &a, &b, &basic, &d) == 0) return features;
  if (__get_cpuid_count(7, 0, &a, &extended, &c, &d) == 0) return features;
  if (!has_all(basic, kOsxsave | kAvx | kFma | kSse42 | kPopcnt)) return features;
  const std::uint32_t saved = saved_registers();
  features.avx2 = has_all(saved, kYmmState) && has_all(extended, kAvx2);
  features.avx512 = features.avx2 && has_all(saved, kZmmState) &&
                    has_all(extended, kAvx512F | kAvx512Cd | kAvx512Bw | kAvx512Dq | kAvx512Vl);
  return features;
}
#else
CpuFeatures cpu_features() { return {}; }
#endif

}  // namespace nst::kernels
