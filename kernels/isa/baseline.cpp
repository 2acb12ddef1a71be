// The kernels, compiled for the instructions that every x86-64 CPU has.
#define NST_ARCH xsimd::sse2
#include "kernels/generic/conv.hpp"
#include "kernels/generic/table.hpp"
#include "kernels/isa/tables.h"

namespace nst::kernels {

constinit const Table baseline_table = make_table("baseline", kAlgorithms);

}  // namespace nst::kernels
