#include "bench/layers.hpp"

#include <algorithm>

#include "graph/graph_cost.hpp"
#include "networks/family.hpp"
#include "networks/published_shapes.hpp"

namespace nst::bench {
namespace {

bool operator==(const kernels::ConvSpec& a, const kernels::ConvSpec& b) {
  return a.kernel_h == b.kernel_h && a.kernel_w == b.kernel_w && a.in_c == b.in_c &&
         a.out_c == b.out_c && a.stride == b.stride && a.upsample == b.upsample &&
         a.depthwise == b.depthwise;
}

bool operator==(const kernels::ConvGeometry& a, const kernels::ConvGeometry& b) {
  return a.in_h == b.in_h && a.in_w == b.in_w && a.out_h == b.out_h && a.out_w == b.out_w &&
         a.pad_top == b.pad_top && a.pad_left == b.pad_left && a.border == b.border;
}

bool same_shape(const Layer& a, const Layer& b) {
  return a.spec == b.spec && a.geometry == b.geometry && a.prologue == b.prologue &&
         a.moments == b.moments;
}

// Returns true if the readers of node `id` normalise its value while they read it. The node is then
// an instance norm, or a sum that contains the result of one.
bool is_normalised(const Graph& graph, int id) {
  const Node& node = graph.nodes()[static_cast<std::size_t>(id)];
  return node.kind == NodeKind::instance_norm ||
         (node.kind == NodeKind::add && is_normalised(graph, node.inputs[1]));
}

bool feeds_norm(const Graph& graph, int id) {
  return std::any_of(graph.nodes().begin(), graph.nodes().end(), [&](const Node& node) {
    return node.kind == NodeKind::instance_norm && node.inputs[0] == id;
  });
}

// Returns a layer's name without scope and tensor: "transformer/contract/conv1/weights" gives
// "contract/conv1".
std::string layer_name(const std::string& weights) {
  std::string name = weights;
  for (const char* scope : {"transformer/", "InceptionV3/", "MobilenetV2/"}) {
    if (name.starts_with(scope)) name.erase(0, std::string_view(scope).size());
  }
  const auto drop = [&name](std::string_view end) {
    if (name.ends_with(end)) name.erase(name.size() - end.size());
  };
  drop("/weights");
  drop("_weights");
  return name;
}

// Adds the convolutions of `graph`. Each shape is added once, under the name of the first layer
// that has it.
void add(std::vector<Layer>& layers, const std::string& network, const Graph& graph,
         const std::vector<PublishedShapes::Tensor>& tensors) {
  const auto first = static_cast<std::ptrdiff_t>(layers.size());
  auto tensor = tensors.begin();
  for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
    const Node& node = graph.nodes()[i];
    if (node.kind != NodeKind::conv) continue;
    // PublishedShapes has recorded `tensors` in the order in which the graph was built. So the n-th
    // tensor of weights, without those of styles, belongs to the n-th convolution.
    while (tensor->name.starts_with("style_params/") || tensor->name.ends_with("/biases")) ++tensor;
    const std::string name = layer_name(tensor->name);
    ++tensor;
    const Layer layer{network + "/" + name,
                      node.spec,
                      node.geometry,
                      is_normalised(graph, node.inputs[0]),
                      feeds_norm(graph, static_cast<int>(i)),
                      1};
    const auto known = std::find_if(layers.begin() + first, layers.end(),
                                    [&](const Layer& other) { return same_shape(layer, other); });
    if (known == layers.end()) {
      layers.push_back(layer);
    } else {
      ++known->count;
    }
  }
}

constexpr int kSide = 256;

void add_transformer(std::vector<Layer>& layers, const std::string& name, const char* family,
                     const PublishedNetwork& sizes) {
  std::vector<PublishedShapes::Tensor> tensors;
  const PublishedShapes shapes(sizes, tensors);
  Graph graph(shapes);
  StyleLayout layout;
  find_transformer(family)->build(graph, PaddingKind::reflect, kSide, kSide, layout);
  add(layers, name, graph, tensors);
}

void add_predictor(std::vector<Layer>& layers, const char* family) {
  const PublishedNetwork sizes;
  std::vector<PublishedShapes::Tensor> tensors;
  const PublishedShapes shapes(sizes, tensors);
  Graph graph(shapes);
  find_predictor(family)->build(graph, kSide, kSide, sizes.style_size);
  add(layers, family, graph, tensors);
}

}  // namespace

double Layer::multiply_adds() const {
  return static_cast<double>(nst::multiply_adds(spec, geometry.out_h, geometry.out_w));
}

// TF Hub's network is not listed: its layers have the same shapes as those of "full". It has 20
// residual blocks instead of 5, so the residual shape occurs four times as often.
const std::vector<Layer>& layers() {
  static const std::vector<Layer> all = [] {
    std::vector<Layer> list;
    add_transformer(list, "full", "full", {});
    add_transformer(list, "quarter", "full", {.width_percent = 25});
    add_transformer(list, "separable", "separable", {});
    add_predictor(list, "inception_v3");
    add_predictor(list, "mobilenet_v2");
    return list;
  }();
  return all;
}

}  // namespace nst::bench
