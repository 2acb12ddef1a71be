// The tables of all instruction sets. The build's macros NST_HAVE_* say which tables exist.
//
// Tables are constants without run-time initialisation (constinit). Initialisation code would be
// compiled for the table's instruction set, and would crash on processors without it. A test of the
// object files (tests/kernels/inspect_objects.cmake) fails if a compilation unit has code that runs
// at program start.
#pragma once

#include "kernels/kernels.h"

namespace nst::kernels {

extern const Table baseline_table;
extern const Table avx2_table;
extern const Table avx512_table;
extern const Table zen4_table;
extern const Table neon_table;

// AVX2's algorithm for upsampling convolutions with at most eight output channels. The AVX-512
// table uses it too, because eight channels would fill only half of an AVX-512 vector.
extern const ConvAlgorithm avx2_narrow_upsample;

}  // namespace nst::kernels
