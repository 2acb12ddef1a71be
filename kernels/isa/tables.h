// The tables of all instruction sets. The build's macros NST_HAVE_* say which exist.
//
// Tables are constants without run-time initialisation (constinit). So referring to a table runs no
// code of its compilation unit, which would crash on a processor without the unit's instructions. A
// test of the object files (tests/kernels/inspect_objects.cmake) refuses a unit with code that runs
// by itself.
#pragma once

#include "kernels/kernels.h"

namespace nst::kernels {

extern const Table baseline_table;
extern const Table avx2_table;
extern const Table avx512_table;
extern const Table zen4_table;
extern const Table neon_table;

// AVX2's algorithm for upsampling convolutions with at most eight output channels, for use in the
// AVX-512 table.
extern const ConvAlgorithm avx2_narrow_upsample;

}  // namespace nst::kernels
