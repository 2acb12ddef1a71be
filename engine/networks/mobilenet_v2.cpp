// The mobile style predictor of Magenta: MobileNetV2 up to layer_19 (Sandler et al. 2018, arXiv
// 1801.04381; mobilenet_v2 of TensorFlow's library slim). Padding is TensorFlow's SAME, and batch
// norm is folded. The activation is relu6; the 1×1 projections have no activation. The network may
// have any width.
#include <string>

#include "networks/family.hpp"

namespace nst {
namespace {

using kernels::Activation;

// Output channels and stride of the blocks expanded_conv, expanded_conv_1 … expanded_conv_16. All
// but the first expand their input to six times as many channels.
struct Block {
  int channels, stride;
};
constexpr Block kBlocks[] = {{16, 1}, {24, 2},  {24, 1},  {32, 2},  {32, 1}, {32, 1},
                             {64, 2}, {64, 1},  {64, 1},  {64, 1},  {96, 1}, {96, 1},
                             {96, 1}, {160, 2}, {160, 1}, {160, 1}, {320, 1}};
constexpr int kExpansion = 6;

// Adds a convolution whose batch norm is folded into it.
Value conv(Graph& g, Value x, const std::string& layer, ConvOptions options) {
  const bool depthwise = options.kernel_h > 1 && layer.ends_with("/depthwise");
  const std::string suffix = options.act == Activation::relu6 ? "/Relu6" : "/BiasAdd";
  return g.conv(x, layer + (depthwise ? "/depthwise_weights" : "/weights"), options,
                layer + suffix);
}

// Adds a block: 1×1 expansion (if `expands`), 3×3 depthwise convolution, 1×1 projection. If an
// expanding block keeps the shape of x, x is added to its result (residual connection).
Value inverted_residual(Graph& g, Value x, const std::string& name, const Block& block,
                        bool expands) {
  Value h = x;
  if (expands) {
    h = conv(g, h, name + "/expand",
             {.published_c = kExpansion * g.shape(x).c, .act = Activation::relu6});
  }
  h = conv(g, h, name + "/depthwise",
           {.kernel_h = 3, .kernel_w = 3, .stride = block.stride, .act = Activation::relu6});
  h = conv(g, h, name + "/project", {.published_c = block.channels});
  return expands && g.shape(h) == g.shape(x) ? g.add(h, x, name + "/add") : h;
}

void build(Graph& graph, int h, int w, int style_size) {
  const std::string scope = "MobilenetV2/";
  Value x = graph.input({h, w, 3});
  x = conv(
      graph, x, scope + "Conv",
      {.kernel_h = 3, .kernel_w = 3, .published_c = 32, .stride = 2, .act = Activation::relu6});
  int number = 0;
  for (const Block& block : kBlocks) {
    std::string name = scope + "expanded_conv";
    if (number > 0) name.append("_").append(std::to_string(number));
    x = inverted_residual(graph, x, name, block, number > 0);
    ++number;
  }
  x = conv(graph, x, scope + "Conv_1", {.published_c = 1280, .act = Activation::relu6});
  x = graph.mean(x, scope + "Mean");
  graph.conv(x, "mobilenet_conv/Conv/weights",
             {.published_c = style_size, .followed_by = FollowedBy::biases},
             "mobilenet_conv/Conv/BiasAdd");
}

}  // namespace

extern const PredictorFamily mobilenet_v2;
const PredictorFamily mobilenet_v2{"mobilenet_v2", "MobilenetV2/", "mobilenet_conv/Conv", build};

}  // namespace nst
