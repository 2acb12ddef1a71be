#include "platform/fork_guard.hpp"

#include <pthread.h>

namespace nst {
namespace {

// The lock of all guarded sections. A section locks it for reading, fork() locks it for writing.
pthread_rwlock_t sections = PTHREAD_RWLOCK_INITIALIZER;

void before_fork() { pthread_rwlock_wrlock(&sections); }
void in_parent() { pthread_rwlock_unlock(&sections); }
// Resets the lock in the child: it is locked by a thread that does not exist there.
void in_child() { sections = PTHREAD_RWLOCK_INITIALIZER; }

}  // namespace

ForkGuard::ForkGuard() {
  [[maybe_unused]] static const int registered = pthread_atfork(before_fork, in_parent, in_child);
  pthread_rwlock_rdlock(&sections);
}

ForkGuard::~ForkGuard() { pthread_rwlock_unlock(&sections); }

}  // namespace nst
