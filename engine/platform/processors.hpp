// Which processors this process may use.
#pragma once

#include <atomic>

namespace nst {

// How many threads can run at once: the processors of the calling thread's affinity, at most as
// many as the control groups of the process grant time for (looked up once); at least 1.
int usable_processors();

// The processor that the calling thread runs on at the moment, or -1 where that is unknown.
int current_processor();

// Moves the calling thread, number `thread` of a team whose first runs on processor `home`, to the
// one that is `thread` further among those it may use; it may be moved again at once. Linux starts
// a thread on its creator's processor and may take milliseconds to part two that are busy.
void move_to_own_processor(int thread, int home);

// Sleeps until `started` is true, some 3 ms at most. For whoever created a thread that begins with
// move_to_own_processor: it waits in the queue of its creator's processor, and cannot leave while
// the creator works.
void let_start(const std::atomic<bool>& started);

// Lets the calling thread run wherever the process's first thread may, whoever created it.
void use_processors_of_process();

}  // namespace nst
