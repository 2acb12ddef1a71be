// The threads that runs use.
#pragma once

#include <string>

#include "nst/export.h"

namespace nst {

// Threads of a run that asks for 0: as many as this process may use at once (CPU affinity and
// cgroup quota respected), at least 1.
NST_API int available_threads();

// Creates the threads that runs will use (0 = available_threads()), each on a processor of its own.
// Optional: the first run does it, which takes some 0.2 ms of it. Where the system gives fewer
// threads, runs take longer, to the same bytes. Throws Error{usage} as runs do.
//
// The library's threads sleep between runs, take none of the host's signals and live as long as the
// process; a forked child gets its own.
NST_API void start_threads(int threads = 0);

// What runs the threads, as this library was built: "own" (a team of the library's) or "openmp".
NST_API std::string thread_backend();

}  // namespace nst
