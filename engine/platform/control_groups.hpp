// The limits that Linux's control groups set for this process. Handles cgroup v1 and v2, nested
// groups, and containers, which see only a part of the tree.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace nst {

// Returns the smallest CPU quota of all groups that contain the process, in processors. Returns 0
// if there is no limit. `root` replaces the folder "/" in tests.
double processor_quota(const std::string& root = "/");

// Returns the number of bytes of memory that the groups containing the process still allow; empty
// if there is no limit. For each group this is its limit minus its anonymous memory, which cannot
// be reclaimed. The smallest result counts.
std::optional<std::uint64_t> group_memory_left(const std::string& root = "/");

}  // namespace nst
