// The team on OpenMP's threads. If the system gives no thread, OpenMP's runtime ends the process.
// This file cannot change that, nor the spinning and the signals of OpenMP's threads.
#include <omp.h>
#include <unistd.h>

#include "platform/float_environment.hpp"
#include "platform/processors.hpp"
#include "platform/threads.hpp"

namespace nst {
namespace {

// Returns true in a child of fork(). It has none of its parent's threads, and the runtime would
// wait for them forever.
bool is_forked_child() {
  static const pid_t process = getpid();
  return getpid() != process;
}

}  // namespace

const char* thread_backend_name() { return "openmp"; }

void in_team(int threads, TeamWork work) {
  if (threads <= 1 || is_forked_child()) return work(0, 1);
  ensure_threads(threads);
#pragma omp parallel num_threads(threads)
  {
    const DefaultFloatEnvironment environment;
    work(omp_get_thread_num(), omp_get_num_threads());
  }
}

void ensure_threads(int threads) {
  if (is_forked_child()) return;
  // Runtimes end threads that a smaller team does not use, so the last team's size is what exists.
  thread_local int existing = 1;
  if (threads > existing) {
    const int home = current_processor();
    // A parallel region of its own: at its end the caller waits for the new threads and frees their
    // processor.
#pragma omp parallel num_threads(threads)
    if (const int thread = omp_get_thread_num(); thread > 0) move_to_own_processor(thread, home);
  }
  existing = threads;
}

}  // namespace nst
