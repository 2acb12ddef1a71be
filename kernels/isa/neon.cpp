// The kernels, compiled for AArch64's Advanced SIMD (NEON).
#define NST_ARCH xsimd::neon64
#include "kernels/generic/conv.hpp"
#include "kernels/generic/table.hpp"
#include "kernels/isa/tables.h"

namespace nst::kernels {

constinit const Table neon_table = make_table("neon", kAlgorithms);

}  // namespace nst::kernels
