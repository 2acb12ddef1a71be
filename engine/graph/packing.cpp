#include "graph/packing.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <set>
#include <variant>
#include <vector>

#include "platform/aligned_buffer.hpp"
#include "platform/fork_guard.hpp"
#include "platform/threads.hpp"

namespace nst {

void pack_weights(const Program& program, int threads) {
  const ForkGuard no_fork;
  std::vector<const ConvLayer*> layers;
  std::set<const ConvLayer*> seen;
  const auto add = [&](const ConvOp& op) {
    if (!op.layer->is_packed() && seen.insert(op.layer).second) layers.push_back(op.layer);
  };
  for (const Step& step : program.steps) {
    if (const auto* offset = std::get_if<OffsetOp>(&step.op)) offset->layer->sum_taps();
    if (const auto* conv = std::get_if<ConvOp>(&step.op)) add(*conv);
    if (const auto* fused = std::get_if<FusedConvsOp>(&step.op)) {
      for (const ConvOp& op : fused->convs) add(op);
    }
  }
  if (layers.empty()) return;
  // One block for all: it fills large pages. Large layers first, so that the threads end together.
  std::stable_sort(layers.begin(), layers.end(), [](const ConvLayer* a, const ConvLayer* b) {
    return a->packed_floats() > b->packed_floats();
  });
  std::vector<std::size_t> offsets;
  std::size_t total = 0;
  for (const ConvLayer* layer : layers) {
    offsets.push_back(total);
    total += layer->packed_floats();
  }
  const auto block = std::make_shared<AlignedBuffer>(total, "the model's weights");

  for_each_item(threads, static_cast<int>(layers.size()), [&](int item) {
    const auto i = static_cast<std::size_t>(item);
    layers[i]->pack(block, block->data() + offsets[i]);
  });
}

}  // namespace nst
