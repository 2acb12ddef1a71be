// The number of threads that runs use, and their creation.
#pragma once

#include <string>

#include "nst/export.h"

namespace nst {

// Returns the number of threads of a run that asks for 0: as many as this process may use (CPU
// affinity and cgroup quota respected), at least 1.
NST_API int available_threads();

// Creates the threads that runs will use (0: available_threads()), each on a processor of its own.
// Optional: otherwise the first run creates them, which takes about 0.2 ms. If the system gives
// fewer threads, runs take longer and make the same bytes. Throws Error{usage} as runs do.
//
// The library's threads sleep between runs, take none of the host's signals and live as long as the
// process. A forked child gets its own threads.
NST_API void start_threads(int threads = 0);

// Returns the thread implementation that this library was built with: "own" (a team of the
// library's own threads) or "openmp".
NST_API std::string thread_backend();

}  // namespace nst
