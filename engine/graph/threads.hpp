// The number of threads of a run.
#pragma once

#include <cstdint>

namespace nst {

// Returns `requested`, or for 0 as many threads as this process may use. Throws Error{usage} for a
// negative number or more than kMaxThreads.
int thread_count(int requested);

// Returns thread_count(requested), reduced if `mac` multiply-accumulates are too little work for
// all.
int threads_for_work(int requested, std::uint64_t mac);

}  // namespace nst
