// The tables of the instruction-set units; which exist is said by the build (NST_HAVE_*).
//
// They are constants that the compiler lays out (constinit), so that naming one runs none of its
// unit's code: a processor without the unit's instructions would die of it. The test of the object
// files (tests/kernels/inspect_objects.cmake) refuses a unit with any code that runs by itself.
#pragma once

#include "kernels/kernels.h"

namespace nst::kernels {

extern const Table baseline_table;
extern const Table avx2_table;
extern const Table avx512_table;
extern const Table zen4_table;
extern const Table neon_table;

// AVX2's upsampling convolution for at most eight output channels, which the AVX-512 table takes
// over.
extern const ConvAlgorithm avx2_narrow_upsample;

}  // namespace nst::kernels
