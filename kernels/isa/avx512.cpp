// The kernels compiled for AVX-512 (F, CD, BW, DQ, VL).
#define NST_ARCH xsimd::avx512bw
#include "kernels/generic/table.hpp"
#include "kernels/isa/tables.h"

namespace nst::kernels {

const Table* avx512_table() {
  static constexpr Table table = make_table("avx512");
  return &table;
}

}  // namespace nst::kernels
