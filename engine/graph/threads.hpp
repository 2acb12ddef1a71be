// How many threads a run may use.
#pragma once

#include <cstdint>

#include "nst/nst.hpp"

namespace nst {

// The team for a run of `mac` multiply-accumulates: `requested` (0 = available_threads()), but no
// more than the work can feed. Throws Error{usage} for negative requests or more than kMaxThreads.
int team_size(int requested, std::uint64_t mac);

// To be called before every parallel region of `threads` threads: makes those that do not exist yet
// and gives each a processor of its own. Linux starts a thread on its creator's processor and may
// take milliseconds to part two that are busy.
void gather_team(int threads);

inline constexpr int kMaxThreads = 1024;

}  // namespace nst
