// The kernels compiled for AVX2 with FMA.
#define NST_ARCH xsimd::fma3<xsimd::avx2>
#include "kernels/generic/table.hpp"
#include "kernels/isa/tables.h"

namespace nst::kernels {

const Table* avx2_table() {
  static constexpr Table table = make_table("avx2");
  return &table;
}

}  // namespace nst::kernels
