// Implements thread teams (threads.hpp) with OpenMP. OpenMP's runtime ends the process if the
// system gives no thread. It also decides whether waiting threads spin, and which signals they
// receive. This file cannot change that.
#include <omp.h>
#include <unistd.h>

#include "platform/float_environment.hpp"
#include "platform/processors.hpp"
#include "platform/threads.hpp"

namespace nst {
namespace {

// Returns true in a forked child process. The child has none of its parent's threads, and OpenMP's
// runtime would wait for them forever.
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
  // The number of threads that exist now: the size of the last team. OpenMP runtimes end the
  // threads that a smaller team does not use.
  thread_local int existing = 1;
  if (threads > existing) {
    const int home = current_processor();
    // Creates the new threads in a parallel region that only moves each of them to its own
    // processor. A new thread may start on the caller's processor, and can only move away once it
    // runs there. It can run, because the caller sleeps at the region's end until all threads are
    // done.
#pragma omp parallel num_threads(threads)
    if (const int thread = omp_get_thread_num(); thread > 0) move_to_own_processor(thread, home);
  }
  existing = threads;
}

}  // namespace nst
