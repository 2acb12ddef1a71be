// The instruction sets that the processor has and the operating system allows.
#pragma once

namespace nst::kernels {

struct CpuFeatures {
  bool avx2 = false;    // true: AVX2, FMA, SSE4.2 and POPCNT are usable
  bool avx512 = false;  // true: AVX-512 F, CD, BW, DQ and VL are usable too
  bool amd = false;     // true: the processor is by AMD, or by Hygon after AMD's design
};

// Returns the usable instruction sets; all false on processors other than x86-64. CPUID tells what
// the processor has, XGETBV which registers the system saves. A vector register that the system
// does not save is lost at the next task switch (Intel SDM, volume 1, 13.3 and 15.2 to 15.4).
CpuFeatures cpu_features();

}  // namespace nst::kernels
