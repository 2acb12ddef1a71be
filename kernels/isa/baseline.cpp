// The kernels compiled for what every CPU of the target architecture has.
#if defined(__aarch64__)
#define NST_ARCH xsimd::neon64
#else
#define NST_ARCH xsimd::sse2
#endif
#include "kernels/generic/table.hpp"
#include "kernels/isa/tables.h"

namespace nst::kernels {

const Table* baseline_table() {
  static constexpr Table table = make_table("baseline");
  return &table;
}

}  // namespace nst::kernels
