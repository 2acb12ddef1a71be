// The tables of the instruction-set units. The build says which exist (NST_HAVE_*).
//
// Tables are constants that the compiler lays out (constinit), so that naming one runs none of its
// unit's code. A processor without the unit's instructions would crash. The test of the object
// files (tests/kernels/inspect_objects.cmake) refuses a unit with code that runs by itself.
#pragma once

#include "kernels/kernels.h"

namespace nst::kernels {

extern const Table baseline_table;
extern const Table avx2_table;
extern const Table avx512_table;
extern const Table zen4_table;
extern const Table neon_table;

// AVX2's upsampling convolution for at most eight output channels. The AVX-512 table uses it.
extern const ConvAlgorithm avx2_narrow_upsample;

}  // namespace nst::kernels
