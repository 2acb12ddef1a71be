#include "graph/memory_plan.hpp"

#include <algorithm>

namespace nst {
namespace {

constexpr std::size_t kAlignFloats = 16;

std::size_t aligned(std::size_t floats) {
  return (floats + kAlignFloats - 1) / kAlignFloats * kAlignFloats;
}

bool overlap_in_time(const Lifetime& a, const Lifetime& b) {
  return a.first <= b.last && b.first <= a.last;
}

// Buffers that lie at fixed distances from each other: each one is tied to another member of the
// group (Lifetime::tied_to). `starts` are the offsets of the members from the group's first float.
struct Group {
  std::vector<std::size_t> members;
  std::vector<std::size_t> starts;
  std::size_t floats = 0;  // size of the largest member, in floats
  int last = 0;            // last step that uses a member
};

std::vector<Group> tied_groups(const std::vector<Lifetime>& lifetimes) {
  std::vector<std::size_t> group_of(lifetimes.size());
  // Offset of each buffer from its group's first member, in floats; it may be negative.
  std::vector<std::ptrdiff_t> start(lifetimes.size(), 0);
  std::vector<Group> groups;
  for (std::size_t i = 0; i < lifetimes.size(); ++i) {
    const Lifetime& buffer = lifetimes[i];
    if (!buffer.tied_to) {
      group_of[i] = groups.size();
      groups.emplace_back();
    } else {
      const std::size_t other = *buffer.tied_to;
      group_of[i] = group_of[other];
      start[i] = start[other] - static_cast<std::ptrdiff_t>(buffer.distance);
    }
    Group& group = groups[group_of[i]];
    group.members.push_back(i);
    group.floats = std::max(group.floats, buffer.floats);
    group.last = std::max(group.last, buffer.last);
  }
  for (Group& group : groups) {
    std::ptrdiff_t lowest = 0;
    for (const std::size_t i : group.members) lowest = std::min(lowest, start[i]);
    for (const std::size_t i : group.members) {
      group.starts.push_back(static_cast<std::size_t>(start[i] - lowest));
    }
  }
  return groups;
}

// Returns the lowest offset of a group, at least `offset`, at which its member `buffer` overlaps no
// placed buffer that lives at the same time. The member begins `start` floats after the group's
// offset.
std::size_t cleared(const std::vector<Lifetime>& lifetimes, const MemoryPlan& plan,
                    const std::vector<std::size_t>& placed, std::size_t buffer, std::size_t start,
                    std::size_t offset) {
  const std::size_t size = aligned(lifetimes[buffer].floats);
  for (const std::size_t j : placed) {
    if (!overlap_in_time(lifetimes[buffer], lifetimes[j])) continue;
    const std::size_t end = plan.offsets[j] + aligned(lifetimes[j].floats);
    if (offset + start < end && plan.offsets[j] < offset + start + size) offset = end - start;
  }
  return offset;
}

// Places the groups in the given order. Each group gets the lowest offset where no member overlaps
// a placed buffer that lives at the same time.
MemoryPlan placed_in_order(const std::vector<Lifetime>& lifetimes,
                           const std::vector<Group>& groups) {
  MemoryPlan plan;
  plan.offsets.assign(lifetimes.size(), 0);
  std::vector<std::size_t> placed;  // indexes of the placed buffers, sorted by offset
  for (const Group& group : groups) {
    std::size_t offset = 0;
    for (bool moved = true; moved;) {
      const std::size_t before = offset;
      for (std::size_t m = 0; m < group.members.size(); ++m) {
        offset = cleared(lifetimes, plan, placed, group.members[m], group.starts[m], offset);
      }
      moved = offset != before;
    }
    for (std::size_t m = 0; m < group.members.size(); ++m) {
      const std::size_t i = group.members[m];
      plan.offsets[i] = offset + group.starts[m];
      plan.total_floats =
          std::max(plan.total_floats, plan.offsets[i] + aligned(lifetimes[i].floats));
      const auto at = std::upper_bound(
          placed.begin(), placed.end(), plan.offsets[i],
          [&](std::size_t value, std::size_t j) { return value < plan.offsets[j]; });
      placed.insert(at, i);
    }
  }
  return plan;
}

}  // namespace

MemoryPlan plan_memory(const std::vector<Lifetime>& lifetimes) {
  std::vector<Group> groups = tied_groups(lifetimes);
  std::stable_sort(groups.begin(), groups.end(),
                   [](const Group& a, const Group& b) { return a.floats > b.floats; });
  const MemoryPlan by_size = placed_in_order(lifetimes, groups);
  std::stable_sort(groups.begin(), groups.end(),
                   [](const Group& a, const Group& b) { return a.last > b.last; });
  const MemoryPlan by_end = placed_in_order(lifetimes, groups);
  return by_end.total_floats < by_size.total_floats ? by_end : by_size;
}

}  // namespace nst
