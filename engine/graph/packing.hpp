// The kernels' form of the weights a program needs.
#pragma once

#include "graph/program.hpp"

namespace nst {

// Packs what is not packed yet, in parallel, and sums the taps that offsets are made of. Throws
// Error{limit} if there is no memory for it.
void pack_weights(const Program& program, int threads);

}  // namespace nst
