// Packing of a program's weights into the order that the kernels read.
#pragma once

#include "graph/program.hpp"

namespace nst {

// Packs the weights that are not packed yet, in parallel. Also sums the taps that OffsetOps need.
// Throws Error{limit} if memory runs out.
void pack_weights(const Program& program, int threads);

}  // namespace nst
