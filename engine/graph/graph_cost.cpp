#include "graph/graph_cost.hpp"

#include <algorithm>

namespace nst {
namespace {

const Node& node(const Graph& graph, int id) { return graph.nodes()[static_cast<std::size_t>(id)]; }

}  // namespace

std::uint64_t tensor_bytes(const Shape& shape) {
  return std::uint64_t{sizeof(float)} * static_cast<std::uint64_t>(shape.h) *
         static_cast<std::uint64_t>(shape.w) * static_cast<std::uint64_t>(shape.c);
}

std::uint64_t multiply_adds(const kernels::ConvSpec& spec, int out_h, int out_w) {
  const auto product = [](auto... factors) { return (static_cast<std::uint64_t>(factors) * ...); };
  return product(spec.kernel_h, spec.kernel_w, spec.depthwise ? 1 : spec.in_c, out_h, out_w,
                 spec.out_c);
}

std::uint64_t multiply_adds(const Graph& graph) {
  std::uint64_t sum = 0;
  for (const Node& n : graph.nodes()) {
    if (n.kind == NodeKind::conv) sum += multiply_adds(n.spec, n.shape.h, n.shape.w);
  }
  return sum;
}

std::uint64_t least_fast_bytes(const Graph& graph) {
  std::uint64_t most = 0;
  for (const Node& norm : graph.nodes()) {
    if (norm.kind != NodeKind::instance_norm) continue;
    const Node& conv = node(graph, norm.inputs[0]);
    const Node& read = node(graph, conv.inputs[0]);
    const bool reads_normalised = read.kind == NodeKind::instance_norm;
    most = std::max(most,
                    tensor_bytes(conv.shape) + (reads_normalised ? tensor_bytes(read.shape) : 0));
  }
  return most;
}

}  // namespace nst
