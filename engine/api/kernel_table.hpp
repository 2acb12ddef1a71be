// The kernel table that this process uses.
#pragma once

#include "kernels/kernels.h"

namespace nst {

// Returns the table that the environment variable NST_ISA names. Without NST_ISA, returns the best
// table that processor and operating system support. The table is chosen at the first call. Throws
// Error{usage} if NST_ISA names no table that can run here.
const kernels::Table& process_table();

}  // namespace nst
