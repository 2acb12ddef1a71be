// The number of threads that a run uses, and the creation of these threads.
#pragma once

#include <string>

#include "nst/export.h"

namespace nst {

// Returns the number of threads that a run uses if RunOptions::threads is 0. This is as many as the
// process may use (CPU affinity and cgroup quota), at least 1.
NST_API int available_threads();

// Creates the threads that later runs will use, each on a processor of its own. 0 means
// available_threads(). Calling this is optional: otherwise the first run creates the threads, which
// takes about 0.2 ms. If the system allows fewer threads, runs take longer and their results stay
// the same. Throws Error{usage} for an impossible number.
//
// The library's threads sleep between runs, block all signals, and live as long as the process. A
// forked child process gets its own threads.
NST_API void start_threads(int threads = 0);

// Returns the name of the thread implementation in this build of the library: "own" or "openmp".
// "own" is a team of threads that the library manages by itself.
NST_API std::string thread_backend();

}  // namespace nst
