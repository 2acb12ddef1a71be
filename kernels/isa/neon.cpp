// The kernels compiled for AArch64's Advanced SIMD.
#define NST_ARCH xsimd::neon64
#include "kernels/generic/table.hpp"
#include "kernels/isa/tables.h"

namespace nst::kernels {

const Table* neon_table() {
  static constexpr Table table = make_table("neon");
  return &table;
}

}  // namespace nst::kernels
