// The limits that Linux's control groups set for this process. Handles cgroup v1 and v2, nested
// groups, and containers, in which only some of the groups are visible.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace nst {

// Returns the smallest CPU quota of all groups that contain the process, in processors. Returns 0
// if there is no limit. `root` replaces the folder "/" in tests.
double processor_quota(const std::string& root = "/");

// Returns how many more bytes of memory the control groups of this process allow; empty if there is
// no limit. Each group allows its limit minus its anonymous memory, which cannot be reclaimed.
// Returns the smallest of these numbers.
std::optional<std::uint64_t> group_memory_left(const std::string& root = "/");

}  // namespace nst
