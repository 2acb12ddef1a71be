// The processors that this process may use, and functions that move threads to them.
#pragma once

#include <atomic>

namespace nst {

// Returns how many threads can run at the same time, at least 1. This is the number of processors
// in the calling thread's affinity, limited by the CPU quota of the control groups. The quota is
// looked up once.
int usable_processors();

// Returns the number of the processor on which the calling thread is running; -1 if it is unknown.
int current_processor();

// Spreads the threads of a team over the processors: moves the calling thread to the `thread`-th
// processor after `home`, among those that it may use. `thread` is the thread's number in the team,
// and `home` the processor of the team's first thread. Without this, Linux starts a thread on its
// creator's processor and may take milliseconds to move it away. Later, the system may move the
// thread at any time.
void move_to_own_processor(int thread, int home);

// Sleeps until `started` is true, for about 3 ms at most. Called after creating a thread that
// begins with move_to_own_processor. The new thread starts on its creator's processor. It can run
// there, and move away, only while its creator sleeps.
void let_start(const std::atomic<bool>& started);

// Lets the calling thread run on all processors that the process's first thread may use. Without
// this, a new thread may use only its creator's processors, which may be fewer.
void use_processors_of_process();

}  // namespace nst
