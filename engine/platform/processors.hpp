// The processors that this process may use, and moving threads among them.
#pragma once

#include <atomic>

namespace nst {

// Returns how many threads can run at once: the processors of the calling thread's affinity,
// limited by the CPU quota of the process's control groups (looked up once). At least 1.
int usable_processors();

// Returns the processor on which the calling thread is running, or -1 if unknown.
int current_processor();

// Moves the calling thread to the `thread`-th processor after `home`, among those that it may use.
// `thread` is its number in a team whose first thread runs on `home`. The system may move it again
// at once. Reason: Linux starts a thread on its creator's processor and may take milliseconds to
// separate two busy threads.
void move_to_own_processor(int thread, int home);

// Sleeps until `started` is true, about 3 ms at most. For the creator of a thread that begins with
// move_to_own_processor: that thread waits in the queue of its creator's processor, and cannot move
// while the creator works.
void let_start(const std::atomic<bool>& started);

// Lets the calling thread run on all processors of the process's first thread, whoever created it.
void use_processors_of_process();

}  // namespace nst
