// MobileNetV2 to layer_19 (Sandler et al. 2018, arXiv 1801.04381; slim mobilenet_v2), as Magenta's
// mobile style predictor uses it: TensorFlow SAME padding, relu6, linear projections, batch norm
// folded. Widths come from the weights.
#include <array>
#include <string>

#include "networks/predictor.hpp"
#include "nst/error.hpp"

namespace nst {
namespace {

using kernels::Activation;

// Strides of expanded_conv, expanded_conv_1 … expanded_conv_16.
constexpr std::array<int, 17> kStrides{1, 2, 1, 2, 1, 1, 2, 1, 1, 1, 1, 1, 1, 2, 1, 1, 1};

Value conv(Graph& g, Value x, const std::string& layer, const std::string& tensor, int stride,
           Activation act) {
  const std::string suffix = act == Activation::relu6 ? "/Relu6" : "/BiasAdd";
  return g.conv(x, layer + "/" + tensor, {stride, Padding::same, 1, act}, layer + suffix);
}

// Expand 1×1, depthwise 3×3, project 1×1; the sum where the shape is kept. The first block does not
// expand.
Value inverted_residual(Graph& g, Value x, const std::string& block, int stride, bool expands) {
  Value h = x;
  if (expands) h = conv(g, h, block + "/expand", "weights", 1, Activation::relu6);
  h = conv(g, h, block + "/depthwise", "depthwise_weights", stride, Activation::relu6);
  h = conv(g, h, block + "/project", "weights", 1, Activation::none);
  return expands && g.shape(h) == g.shape(x) ? g.add(h, x, block + "/add") : h;
}

}  // namespace

void build_mobilenet_v2(Graph& graph, int h, int w) {
  const std::string scope = "MobilenetV2/";
  Value x = graph.input({h, w, 3});
  x = conv(graph, x, scope + "Conv", "weights", 2, Activation::relu6);
  for (std::size_t i = 0; i < kStrides.size(); ++i) {
    std::string block = scope + "expanded_conv";
    if (i > 0) block.append("_").append(std::to_string(i));
    x = inverted_residual(graph, x, block, kStrides[i], i > 0);
  }
  x = conv(graph, x, scope + "Conv_1", "weights", 1, Activation::relu6);
  x = graph.mean(x, scope + "Mean");
  graph.conv(x, "mobilenet_conv/Conv/weights", {}, "mobilenet_conv/Conv/BiasAdd");
}

}  // namespace nst
