// Measures the multiply-add peak of one core: float multiply-adds per second, for a given vector
// width.
#pragma once

namespace nst::bench {

// Measures how many multiply-adds per second one core computes in registers. Runs independent
// sequences of multiply-adds, so that the units never wait for a result. Returns the best of
// several short runs. lanes: 16 (AVX-512), 8 (AVX2 with FMA) or 4 (SSE2 with a multiply and an add,
// NEON). The caller ensures that this CPU has the instructions. The clock changes over time, so
// measure the peak together with whatever is compared with it.
double multiply_add_peak(int lanes);

}  // namespace nst::bench
