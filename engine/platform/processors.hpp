// The processors that this process may use. Also moves threads to different processors.
#pragma once

#include <atomic>

namespace nst {

// Returns how many threads can run at the same time, at least 1. This is the number of processors
// in the calling thread's affinity, limited by the CPU quota of the control groups. The quota is
// looked up once.
int usable_processors();

// Returns the number of the processor on which the calling thread is running; -1 if it is unknown.
int current_processor();

// Moves the calling thread to the `thread`-th processor after `home`, among the processors that the
// thread may use. `thread` is its number in a team whose first thread runs on `home`. Linux starts
// a thread on its creator's processor and may take milliseconds to separate the two. The system may
// move the thread again at any time.
void move_to_own_processor(int thread, int home);

// Sleeps until `started` is true, for about 3 ms at most. Called after creating a thread that
// begins with move_to_own_processor. The new thread waits for the creator's processor, and cannot
// move away while the creator keeps that processor busy.
void let_start(const std::atomic<bool>& started);

// Lets the calling thread run on all processors that the process's first thread may use, whichever
// thread has created it.
void use_processors_of_process();

}  // namespace nst
