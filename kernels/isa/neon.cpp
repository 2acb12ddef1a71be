// The kernels, compiled for Advanced SIMD (NEON), which every AArch64 CPU has.
#define NST_ARCH xsimd::neon64
#include "kernels/generic/conv.hpp"
#include "kernels/generic/table.hpp"
#include "kernels/isa/tables.h"

namespace nst::kernels {

constinit const Table neon_table = make_table("neon", kAlgorithms);

}  // namespace nst::kernels
