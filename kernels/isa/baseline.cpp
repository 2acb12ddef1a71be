// The kernels, compiled for the instructions that every CPU of the target architecture has.
#if defined(__aarch64__)
#define NST_ARCH xsimd::neon64
#else
#define NST_ARCH xsimd::sse2
#endif
#include "kernels/generic/conv.hpp"
#include "kernels/generic/table.hpp"
#include "kernels/isa/tables.h"

namespace nst::kernels {

constinit const Table baseline_table = make_table("baseline", kAlgorithms);

}  // namespace nst::kernels
