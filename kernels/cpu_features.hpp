// What the processor can do and the operating system allows.
#pragma once

namespace nst::kernels {

struct CpuFeatures {
  bool avx2 = false;    // AVX2, FMA and what compilers take for granted beside them
  bool avx512 = false;  // all of the above, and AVX-512 F, CD, BW, DQ, VL
  bool amd = false;     // made by AMD, or by Hygon to AMD's design
};

// Returns what is usable; all false on processors other than x86-64. Asks the processor by CPUID
// and the system by XGETBV: a vector register that the system does not save is lost at the next
// task switch (Intel SDM, volume 1, 13.3 and 15.2 to 15.4).
CpuFeatures cpu_features();

}  // namespace nst::kernels
