// Implements thread teams (threads.hpp) with threads of the library. Threads are created when they
// are needed; a run borrows them and gives them back. Advantages over OpenMP:
// - It never prints anything or ends the process.
// - It works in a forked child process.
// - Its threads soon stop spinning, so they do not slow a busy host program down
//   (bench/RESULTS.md).
#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <new>

#include "platform/float_environment.hpp"
#include "platform/processors.hpp"
#include "platform/threads.hpp"

// dladdr and dlopen, which keep_loaded calls, are weak symbols: a fully static program lacks these
// functions. Such a program does not need keep_loaded, because nothing can unload its code.
#pragma weak dladdr
#pragma weak dlopen

namespace nst {
namespace {

// Keeps the shared object that contains this code loaded until the process ends, because the
// threads run this code. A host program might load a plugin that contains the library, and unload
// it later.
void keep_loaded() {
  Dl_info info;
  if (dladdr == nullptr || dlopen == nullptr) return;
  if (dladdr(reinterpret_cast<void*>(keep_loaded), &info) == 0 || info.dli_fname == nullptr) return;
  dlopen(info.dli_fname, RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE);
}

// The work that one call of in_team gives to its threads.
struct Job {
  TeamWork work;
  int team;  // number of threads that may take part, the caller included
};

// A thread and its current job. A worker lives as long as the process.
class Worker {
 public:
  // Creates a worker and its thread. The thread gets the number `number` in a team whose first
  // thread runs on processor `home`. Returns null if the system has no thread or memory left.
  static Worker* create(int number, int home);

  // If the worker's thread is new, waits until the thread has moved to its own processor.
  void let_start() const { nst::let_start(started_); }

  // Gives a job to an idle worker. `job` must stay valid until finish() has returned.
  void give(const Job& job, int number) {
    job_ = &job;
    number_ = number;
    state_.store(kGiven, std::memory_order_release);
    state_.notify_one();
  }

  // Takes the job back if the worker's thread has not begun it; otherwise waits until the thread
  // has finished. Taking back is faster than waiting for a thread that the system does not
  // schedule.
  void finish() {
    int given = kGiven;
    if (state_.compare_exchange_strong(given, kIdle, std::memory_order_acq_rel)) return;
    wait_while_equal(state_, kBegun);
  }

  Worker* next = nullptr;  // next worker in the same list (idle or borrowed workers)

 private:
  enum State : int { kIdle, kGiven, kBegun };

  static void* body(void* self) {
    static_cast<Worker*>(self)->serve();
    return nullptr;
  }

  [[noreturn]] void serve() {
    std::fesetenv(FE_DFL_ENV);
    use_processors_of_process();
    move_to_own_processor(number_, home_);
    started_.store(true, std::memory_order_release);
    for (;;) {
      wait_while_equal(state_, kIdle);
      int given = kGiven;
      if (!state_.compare_exchange_strong(given, kBegun, std::memory_order_acq_rel)) continue;
      job_->work(number_, job_->team);
      state_.store(kIdle, std::memory_order_release);
      state_.notify_one();
    }
  }

  Worker(int number, int home) : number_(number), home_(home) {}

  const Job* job_ = nullptr;
  int number_;
  const int home_;
  std::atomic<bool> started_{false};
  alignas(64) std::atomic<int> state_{kIdle};
};

// Blocks all signals while a thread is created. The new thread inherits this, so it never receives
// the host program's signals.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &of_caller_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &of_caller_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t of_caller_;
};

Worker* Worker::create(int number, int home) {
  auto* worker = new (std::nothrow) Worker(number, home);
  if (worker == nullptr) return nullptr;
  // Stack size in bytes. The kernels need only a few pages; the default may be hundreds of
  // megabytes.
  constexpr std::size_t kStackBytes = std::size_t{1} << 20;
  pthread_attr_t attributes;
  bool created = pthread_attr_init(&attributes) == 0;
  if (created) {
    const SignalsBlocked blocked;
    pthread_t thread;
    created = pthread_attr_setstacksize(&attributes, kStackBytes) == 0 &&
              pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED) == 0 &&
              pthread_create(&thread, &attributes, body, worker) == 0;
    pthread_attr_destroy(&attributes);
  }
  if (created) return worker;
  delete worker;
  return nullptr;
}

// The workers of this process. The pool is never destroyed, because its threads may run until the
// process ends.
class Pool {
 public:
  explicit Pool(pid_t process) : process_(process) {}

  // Returns the pool of the calling process. A forked child process has none of its parent's
  // threads, so it gets a new pool. The old pool is not touched there, because its mutex may be
  // locked forever.
  static Pool* of_process() {
    static std::atomic<Pool*> current{nullptr};
    const pid_t process = getpid();
    Pool* pool = current.load(std::memory_order_acquire);
    while (pool == nullptr || pool->process_ != process) {
      auto* fresh = new (std::nothrow) Pool(process);
      if (fresh == nullptr) return nullptr;
      keep_loaded();
      if (current.compare_exchange_strong(pool, fresh, std::memory_order_acq_rel)) return fresh;
      delete fresh;
    }
    return pool;
  }

  // Returns a list of up to `wanted` idle workers. Creates workers if too few are idle. Never
  // creates more than `most` in total.
  Worker* borrow(int wanted, int most) {
    Worker* list = nullptr;
    {
      const std::lock_guard lock(mutex_);
      for (int number = 1; number <= wanted; ++number) {
        Worker* worker = idle_;
        if (worker != nullptr) {
          idle_ = worker->next;
        } else if (count_ < most &&
                   (worker = Worker::create(number, current_processor())) != nullptr) {
          ++count_;
        } else {
          break;
        }
        worker->next = list;
        list = worker;
      }
    }
    for (const Worker* worker = list; worker != nullptr; worker = worker->next) worker->let_start();
    return list;
  }

  void give_back(Worker* list) {
    const std::lock_guard lock(mutex_);
    while (list != nullptr) {
      Worker* const worker = list;
      list = worker->next;
      worker->next = idle_;
      idle_ = worker;
    }
  }

 private:
  const pid_t process_;
  std::mutex mutex_;
  Worker* idle_ = nullptr;
  int count_ = 0;  // workers created so far, idle or borrowed
};

int length(const Worker* list) {
  int n = 0;
  for (; list != nullptr; list = list->next) ++n;
  return n;
}

// Returns how many workers the pool may have when a run asks for `threads` threads. Several runs
// may take place at the same time, on threads of the host program; they share these workers.
int most_workers(int threads) { return std::max(usable_processors(), threads) - 1; }

}  // namespace

const char* thread_backend_name() { return "own"; }

void in_team(int threads, TeamWork work) {
  Pool* const pool = threads > 1 ? Pool::of_process() : nullptr;
  Worker* const workers =
      pool != nullptr ? pool->borrow(threads - 1, most_workers(threads)) : nullptr;
  const Job job{work, 1 + length(workers)};
  int number = 1;
  for (Worker* worker = workers; worker != nullptr; worker = worker->next) {
    worker->give(job, number++);
  }
  work(0, job.team);
  for (Worker* worker = workers; worker != nullptr; worker = worker->next) worker->finish();
  if (workers != nullptr) pool->give_back(workers);
}

void ensure_threads(int threads) {
  Pool* const pool = threads > 1 ? Pool::of_process() : nullptr;
  if (pool != nullptr) pool->give_back(pool->borrow(threads - 1, most_workers(threads)));
}

}  // namespace nst
