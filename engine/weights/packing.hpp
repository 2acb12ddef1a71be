// Packing of many layers at once.
#pragma once

#include <vector>

#include "weights/packed_conv.hpp"

namespace nst {

// Packs those of `layers` that are not packed yet, in parallel, into one block of memory. A layer
// may be listed several times. Throws Error{limit} if there is no memory for the block.
void pack(const std::vector<const PackedConv*>& layers, int threads);

}  // namespace nst
