#include "weights/packing.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <set>

#include "platform/aligned_buffer.hpp"
#include "platform/fork_guard.hpp"
#include "platform/threads.hpp"

namespace nst {

void pack(const std::vector<const PackedConv*>& layers, int threads) {
  const ForkGuard no_fork;
  std::vector<const PackedConv*> unpacked;
  std::set<const PackedConv*> seen;
  for (const PackedConv* layer : layers) {
    if (!layer->is_packed() && seen.insert(layer).second) unpacked.push_back(layer);
  }
  if (unpacked.empty()) return;
  // Packs the largest layers first, so that the threads finish at about the same time. All layers
  // share one block of memory: a large block can use huge pages.
  std::stable_sort(unpacked.begin(), unpacked.end(), [](const PackedConv* a, const PackedConv* b) {
    return a->packed_floats() > b->packed_floats();
  });
  std::vector<std::size_t> offsets;
  std::size_t total = 0;
  for (const PackedConv* layer : unpacked) {
    offsets.push_back(total);
    total += layer->packed_floats();
  }
  const auto block = std::make_shared<AlignedBuffer>(total, "the model's weights");

  for_each_item(threads, static_cast<int>(unpacked.size()), [&](int item) {
    const auto i = static_cast<std::size_t>(item);
    unpacked[i]->pack(block, block->data() + offsets[i]);
  });
}

}  // namespace nst
