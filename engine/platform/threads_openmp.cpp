// OpenMP's threads as the team. Where the system gives no thread, OpenMP's run-time library ends
// the process; that and its threads' spinning and signals are beyond this file.
#include <omp.h>
#include <unistd.h>

#include "platform/float_environment.hpp"
#include "platform/processors.hpp"
#include "platform/threads.hpp"

namespace nst {
namespace {

// A child of fork() has none of its parent's threads, and the runtime would wait for them for ever.
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
  // Runtimes end the threads that a smaller team leaves over, so the last team is what there is.
  thread_local int existing = 1;
  if (threads > existing) {
    const int home = current_processor();
    // A region of its own: at its end the caller waits for the new threads instead of keeping
    // their processor busy.
#pragma omp parallel num_threads(threads)
    if (const int thread = omp_get_thread_num(); thread > 0) move_to_own_processor(thread, home);
  }
  existing = threads;
}

}  // namespace nst
