// Makes a program fit into memory by choosing its MemoryMode.
#pragma once

#include "graph/program.hpp"

namespace nst {

// Lowers a graph in the first MemoryMode whose plan for `threads` threads fits max_memory_bytes. If
// none fits, uses the last mode. If max_memory_bytes is 0, the plan must fit a default limit and
// the memory that the process may still allocate. Ignores the given options.memory_mode. If
// max_memory_bytes is not 0, may also set options.rows_from_caller, which makes the arena smaller.
Program lower_within(const Graph& graph, const kernels::Table& table, LoweringOptions options,
                     int threads, std::size_t max_memory_bytes);

// Throws Error{limit} if a run of `program` needs more memory than this process may still allocate.
// Without this check the system might kill the process.
void check_memory_left(const Program& program, int threads);

}  // namespace nst
