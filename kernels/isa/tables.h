// The tables of the instruction-set units; which exist is said by the build (NST_HAVE_*).
#pragma once

#include "kernels/kernels.h"

namespace nst::kernels {

const Table* baseline_table();
const Table* avx2_table();
const Table* avx512_table();
const Table* zen4_table();
const Table* neon_table();

}  // namespace nst::kernels
