// The team on the library's own threads, created on demand, borrowed by a run and given back.
// Unlike OpenMP, this team never prints or ends the process, and it works in a forked child. A busy
// host is not slowed down by threads that wait for each other (bench/RESULTS.md).
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

// Weak, because a fully static program lacks these functions. It cannot be unloaded anyway.
#pragma weak dladdr
#pragma weak dlopen

namespace nst {
namespace {

// Keeps the shared object with this code loaded until the process ends, because its threads run
// that code. A host may load a plugin that contains the library, and unload it.
void keep_loaded() {
  Dl_info info;
  if (dladdr == nullptr || dlopen == nullptr) return;
  if (dladdr(reinterpret_cast<void*>(keep_loaded), &info) == 0 || info.dli_fname == nullptr) return;
  dlopen(info.dli_fname, RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE);
}

// The work of one in_team call.
struct Job {
  TeamWork work;
  int team;  // number of threads that may take part
};

// One thread and its current job. Lives as long as the process.
class Worker {
 public:
  // Creates a worker and its thread, as number `number` of a team whose first thread runs on
  // processor `home`. Returns null if the system gives no thread or memory.
  static Worker* create(int number, int home);

  // Waits for the worker's thread to move to its own processor, if it is new.
  void let_start() const { nst::let_start(started_); }

  // Gives a job to an idle worker. `job` must live until finish() has returned.
  void give(const Job& job, int number) {
    job_ = &job;
    number_ = number;
    state_.store(kGiven, std::memory_order_release);
    state_.notify_one();
  }

  // Takes the job back if the thread has not begun it; else waits for its end. Taking it back is
  // faster than waiting for a thread that the system does not schedule.
  void finish() {
    int given = kGiven;
    if (state_.compare_exchange_strong(given, kIdle, std::memory_order_acq_rel)) return;
    wait_while_equal(state_, kBegun);
  }

  Worker* next = nullptr;  // next worker in a list of idle or borrowed workers

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

// Blocks all signals while a worker's thread is created, so that the thread never takes the host's
// signals.
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
  // The kernels need a few pages. The host's default may be hundreds of megabytes.
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

// The workers of this process. Never destroyed, because its threads may run until the process ends.
class Pool {
 public:
  explicit Pool(pid_t process) : process_(process) {}

  // Returns the pool of the calling process. A forked child has none of its parent's threads and
  // gets a new pool. The old pool is left alone, because its mutex may stay locked.
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

  // Returns a list of up to `wanted` idle workers. Creates new ones while there are fewer than
  // `most`.
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
  int count_ = 0;  // number of created workers, idle or borrowed
};

int length(const Worker* list) {
  int n = 0;
  for (; list != nullptr; list = list->next) ++n;
  return n;
}

// Returns the limit of the pool's workers. Several threads of the host share them.
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
