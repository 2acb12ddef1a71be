#include "graph/packing.hpp"

#include <algorithm>
#include <cstddef>
#include <exception>
#include <memory>
#include <set>
#include <variant>
#include <vector>

#include "platform/aligned_buffer.hpp"
#include "graph/threads.hpp"

namespace nst {

void pack_weights(const Program& program, int threads) {
  std::vector<const ConvLayer*> layers;
  std::set<const ConvLayer*> seen;
  const auto add = [&](const ConvOp& op) {
    if (!op.layer->is_packed() && seen.insert(op.layer).second) layers.push_back(op.layer);
  };
  for (const Step& step : program.steps) {
    if (const auto* conv = std::get_if<ConvOp>(&step.op)) add(*conv);
    if (const auto* joined = std::get_if<JoinedOp>(&step.op)) {
      for (const ConvOp& op : joined->convs) add(op);
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

  gather_team(threads);
  std::exception_ptr thrown;
  const int count = static_cast<int>(layers.size());
#pragma omp parallel for num_threads(threads) schedule(dynamic, 1)
  for (int i = 0; i < count; ++i) {
    const auto at = static_cast<std::size_t>(i);
    try {
      layers[at]->pack(block, block->data() + offsets[at]);
    } catch (...) {
#pragma omp critical(nst_pack_error)
      thrown = std::current_exception();
    }
  }
  if (thrown) std::rethrow_exception(thrown);
}

}  // namespace nst
