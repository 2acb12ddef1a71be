// Which processors this process may use.
#pragma once

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

// Lets the calling thread run wherever the process's first thread may, whoever created it.
void use_processors_of_process();

}  // namespace nst
