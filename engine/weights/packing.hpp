// Packs the weights of many layers at once.
#pragma once

#include <vector>

#include "weights/packed_conv.hpp"

namespace nst {

// Packs the layers that are not packed yet, in parallel, into one block of memory. `layers` may
// contain a layer several times. Throws Error{limit} if there is no memory for the block.
void pack(const std::vector<const PackedConv*>& layers, int threads);

}  // namespace nst
