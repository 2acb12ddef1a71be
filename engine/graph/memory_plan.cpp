#include "graph/memory_plan.hpp"

#include <algorithm>
#include <numeric>

namespace nst {
namespace {

constexpr std::size_t kAlignFloats = 16;

std::size_t aligned(std::size_t floats) {
  return (floats + kAlignFloats - 1) / kAlignFloats * kAlignFloats;
}

bool overlap_in_time(const Lifetime& a, const Lifetime& b) {
  return a.first <= b.last && b.first <= a.last;
}

}  // namespace

MemoryPlan plan_memory(const std::vector<Lifetime>& lifetimes) {
  std::vector<std::size_t> order(lifetimes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return lifetimes[a].floats > lifetimes[b].floats;
  });

  MemoryPlan plan;
  plan.offsets.assign(lifetimes.size(), 0);
  std::vector<std::size_t> placed;  // by offset
  for (const std::size_t i : order) {
    const std::size_t size = aligned(lifetimes[i].floats);
    std::size_t offset = 0;
    for (const std::size_t j : placed) {
      if (!overlap_in_time(lifetimes[i], lifetimes[j])) continue;
      if (offset + size <= plan.offsets[j]) break;
      offset = std::max(offset, plan.offsets[j] + aligned(lifetimes[j].floats));
    }
    plan.offsets[i] = offset;
    plan.total_floats = std::max(plan.total_floats, offset + size);
    const auto at =
        std::upper_bound(placed.begin(), placed.end(), offset,
                         [&](std::size_t value, std::size_t j) { return value < plan.offsets[j]; });
    placed.insert(at, i);
  }
  return plan;
}

}  // namespace nst
