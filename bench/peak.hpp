// The multiply-add peak: float multiply-adds per second of one core, for a vector width.
#pragma once

namespace nst::bench {

// Returns the multiply-adds per second of independent chains in registers, the best of several
// short runs. lanes: 16 (AVX-512), 8 (AVX2 with FMA) or 4 (SSE2: a multiply and an add; NEON). The
// caller ensures that this CPU has the instructions. Measure the peak beside every comparison,
// because the clock changes.
double multiply_add_peak(int lanes);

}  // namespace nst::bench
