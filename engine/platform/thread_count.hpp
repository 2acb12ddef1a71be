// Chooses the number of threads of a run.
#pragma once

#include <cstdint>

namespace nst {

// Returns `requested`. If it is 0, returns as many threads as this process may use. Throws
// Error{usage} for a negative number or more than kMaxThreads.
int thread_count(int requested);

// Returns thread_count(requested), or fewer if `mac` multiply-accumulates are too little work for
// so many threads.
int threads_for_work(int requested, std::uint64_t mac);

}  // namespace nst
