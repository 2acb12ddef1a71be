// Limits that Linux's control groups set for this process (cgroup v1 and v2, nested groups, and
// containers, which see a part of the tree).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace nst {

// Processors' worth of time that the process's groups grant it, the least of all levels; 0 where
// nothing limits it. `root` stands for "/": the tests' trees of files.
double processor_quota(const std::string& root = "/");

// Memory that the process's groups still grant it, in bytes: limit minus what cannot be reclaimed
// (anonymous memory of the whole group), the least of all levels. Empty where nothing limits it.
std::optional<std::uint64_t> group_memory_left(const std::string& root = "/");

}  // namespace nst
