// Limits that Linux's control groups set for this process: cgroup v1 and v2, nested groups, and
// containers, which see part of the tree.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace nst {

// Returns the smallest CPU quota of the process's groups, in processors; 0 if there is no limit.
// `root` replaces "/" in tests.
double processor_quota(const std::string& root = "/");

// Returns the bytes of memory that the process's groups still allow, the least of all levels; empty
// if there is no limit. For each group that is its limit minus its anonymous memory, which cannot
// be reclaimed.
std::optional<std::uint64_t> group_memory_left(const std::string& root = "/");

}  // namespace nst
