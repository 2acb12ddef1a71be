// How many float multiply-adds one core makes per second with vectors of a given width.
#pragma once

namespace nst::bench {

// Multiply-adds per second of independent chains held in registers, the best of several short runs.
// lanes: 16 (AVX-512), 8 (AVX2 with FMA), 4 (SSE2: a multiply and an add; NEON). The caller makes
// sure that this CPU has the instructions. Repeat it beside what it is compared with: the clock
// changes.
double multiply_add_peak(int lanes);

}  // namespace nst::bench
