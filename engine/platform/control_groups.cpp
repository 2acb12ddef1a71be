#include "platform/control_groups.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "platform/paths.hpp"

namespace nst {
namespace {

// A mounted hierarchy of control groups, and the folder of this process's group in it.
struct Hierarchy {
  bool v2 = false;
  std::string mount;
  std::string own;  // folder of the process's control group: `mount` or a folder in it
};

std::vector<std::string> split(const std::string& text, char by) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, by);) parts.push_back(part);
  return parts;
}

// Returns the path of `name` in `folder`. Slashes before and after the name are ignored.
std::string below(const std::string& folder, std::string_view name) {
  while (name.starts_with('/')) name.remove_prefix(1);
  while (name.ends_with('/')) name.remove_suffix(1);
  return name.empty() ? folder : path_below(folder, std::string(name));
}

bool contains(const std::vector<std::string>& list, const std::string& wanted) {
  return std::find(list.begin(), list.end(), wanted) != list.end();
}

// Returns the path of this process's control group, counted from the root of its hierarchy; empty
// if there is none. Version 1 of cgroups has several hierarchies; the one with `controller` is
// used. Version 2 has only one. The lines of /proc/self/cgroup look like "4:cpu,cpuacct:/a/b" in
// version 1, and like "0::/a" in version 2 (proc(5), cgroups(7)).
std::string group_name(const std::string& root, bool v2, const std::string& controller) {
  std::ifstream file(path_below(root, "proc/self/cgroup"));
  for (std::string line; std::getline(file, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    if (v2 ? controllers.empty() : contains(split(controllers, ','), controller)) {
      return line.substr(second + 1);
    }
  }
  return {};
}

// Returns the folder of the control group `name`, a path from the root of the hierarchy. The folder
// `mount` belongs to the group `shown`, and contains only the groups below that one. Returns
// `mount` if there is no folder for the group `name` in it. This happens in a container, where
// `mount` is often the folder of the container's own group.
std::string own_folder(const std::string& mount, const std::string& shown,
                       const std::string& name) {
  const bool is_below = shown != "/" && name.starts_with(shown);
  const std::string folder = below(mount, is_below ? name.substr(shown.size()) : name);
  std::error_code ignored;
  return std::filesystem::is_directory(folder, ignored) ? folder : mount;
}

// Returns the mounted hierarchies that have `controller`. The lines of /proc/self/mountinfo look
// like "36 35 0:31 /shown /mount options [tags] - cgroup source rw,cpu" (proc(5)).
std::vector<Hierarchy> hierarchies(const std::string& root, const std::string& controller) {
  std::vector<Hierarchy> found;
  std::ifstream file(path_below(root, "proc/self/mountinfo"));
  for (std::string line; std::getline(file, line);) {
    const std::size_t dash = line.find(" - ");
    if (dash == std::string::npos) continue;
    const std::vector<std::string> before = split(line.substr(0, dash), ' ');
    const std::vector<std::string> after = split(line.substr(dash + 3), ' ');
    if (before.size() < 5 || after.size() < 3) continue;
    const bool v2 = after[0] == "cgroup2";
    if (!v2 && (after[0] != "cgroup" || !contains(split(after[2], ','), controller))) continue;
    const std::string name = group_name(root, v2, controller);
    if (name.empty()) continue;
    const std::string mount = below(root, before[4]);
    found.push_back({v2, mount, own_folder(mount, before[3], name)});
  }
  return found;
}

// Calls visit(hierarchy, folder) for the control group of this process and every group above it.
template <class Visit>
void for_each_level(const std::string& root, const std::string& controller, Visit visit) {
  for (const Hierarchy& hierarchy : hierarchies(root, controller)) {
    const std::size_t shortest = hierarchy.mount.size();
    std::string folder = hierarchy.own;
    for (; folder.size() > shortest; folder.resize(std::max(folder.rfind('/'), shortest))) {
      visit(hierarchy, folder);
    }
    visit(hierarchy, folder);
  }
}

// Returns the words of a file as text. The caller converts numbers by number(). std::ifstream would
// read them by the rules of the host program's locale, which may differ.
std::vector<std::string> words(const std::string& path) {
  std::ifstream file(path);
  return {std::istream_iterator<std::string>(file), {}};
}

// Converts a word to a number. Returns std::nullopt for "max", and for any other text that is not a
// number.
std::optional<double> number(const std::string& word) {
  double value = 0;
  const char* const end = word.data() + word.size();
  const auto [rest, error] = std::from_chars(word.data(), end, value);
  if (error != std::errc() || rest != end) return {};
  return value;
}

// Returns the number in a file that has nothing else in it.
std::optional<double> number_in(const std::string& path) {
  const std::vector<std::string> all = words(path);
  return all.empty() ? std::nullopt : number(all[0]);
}

// Returns the number after `key` in a file whose lines have the form "key number".
std::optional<double> number_of(const std::string& path, const std::string& key) {
  const std::vector<std::string> all = words(path);
  for (std::size_t i = 0; i + 1 < all.size(); i += 2) {
    if (all[i] == key) return number(all[i + 1]);
  }
  return {};
}

// Returns the CPU quota of one group, in processors (CPU time per elapsed time). Returns 0 if there
// is no limit.
double group_quota(const Hierarchy& hierarchy, const std::string& folder) {
  if (hierarchy.v2) {
    // The file cpu.max contains quota and period, such as "100000 100000" or "max 100000".
    const std::vector<std::string> all = words(path_below(folder, "cpu.max"));
    if (all.size() != 2) return 0;
    const double quota = number(all[0]).value_or(0), period = number(all[1]).value_or(0);
    return period > 0 ? quota / period : 0;
  }
  // In version 1 of cgroups, a quota of -1 means that there is no limit.
  const double quota = number_in(path_below(folder, "cpu.cfs_quota_us")).value_or(0);
  const double period = number_in(path_below(folder, "cpu.cfs_period_us")).value_or(0);
  return quota > 0 && period > 0 ? quota / period : 0;
}

}  // namespace

double processor_quota(const std::string& root) {
  double least = 0;
  for_each_level(root, "cpu", [&](const Hierarchy& hierarchy, const std::string& folder) {
    const double quota = group_quota(hierarchy, folder);
    if (quota > 0 && (least == 0 || quota < least)) least = quota;
  });
  return least;
}

std::optional<std::uint64_t> group_memory_left(const std::string& root) {
  // In version 1 of cgroups, a limit of almost 2^63 bytes means that there is no limit.
  constexpr double kNoLimit = 0x1p62;
  std::optional<std::uint64_t> least;
  for_each_level(root, "memory", [&](const Hierarchy& hierarchy, const std::string& folder) {
    const char* const file = hierarchy.v2 ? "memory.max" : "memory.limit_in_bytes";
    const double limit = number_in(path_below(folder, file)).value_or(kNoLimit);
    if (limit >= kNoLimit) return;
    const double used =
        number_of(path_below(folder, "memory.stat"), hierarchy.v2 ? "anon" : "total_rss")
            .value_or(0);
    const auto left = static_cast<std::uint64_t>(std::max(limit - used, 0.0));
    if (!least || left < *least) least = left;
  });
  return least;
}

}  // namespace nst
