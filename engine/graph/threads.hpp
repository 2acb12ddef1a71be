// How many threads a run uses.
#pragma once

#include <cstdint>

namespace nst {

// `requested`, or for 0 as many as this process may use. Throws Error{usage} for a negative number
// and for more than kMaxThreads.
int thread_count(int requested);

// thread_count(requested), but no more threads than `mac` multiply-accumulates can feed.
int threads_for_work(int requested, std::uint64_t mac);

}  // namespace nst
