// Stands in until the generic kernels land: the reference, so that the engine has something to run.
#include "kernels/isa/tables.h"

namespace nst::kernels {

const Table* baseline_table() { return &reference_table(); }

}  // namespace nst::kernels
