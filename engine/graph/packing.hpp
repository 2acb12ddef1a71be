// The kernels' form of the weights a program needs.
#pragma once

#include "graph/program.hpp"

namespace nst {

// Packs what is not packed yet, in parallel. Throws Error{limit} if there is no memory for it.
void pack_weights(const Program& program, int threads);

}  // namespace nst
