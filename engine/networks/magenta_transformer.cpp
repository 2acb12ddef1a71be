// Magenta's style transfer transformer (Ghiasi et al. 2017, arXiv 1705.06830, table 1;
// model_util.py, nza_model.py). It may have any width and any number of residual blocks. Its
// normalised convolutions are ordinary ones in the family "full", and depthwise separable ones in
// the family "separable". Nothing else differs.
#include <algorithm>
#include <string>

#include "networks/family.hpp"

namespace nst {
namespace {

using kernels::Activation;

// Smallest side of a content. The 9×9 convolution mirrors 4 pixels without repeating the edge,
// which needs 5 pixels.
constexpr int kMinSide = 5;

const std::string kScope = "transformer/";

// Returns the number of residual blocks: the highest block number in any tensor's name. If a block
// with a lower number is missing, building the network reports the error. The published networks
// have 5 and 20 blocks.
int residual_blocks(const LayerSource& layers) {
  constexpr int kFewest = 5;
  constexpr int kMost = 64;
  int blocks = kFewest;
  for (int i = kFewest + 1; i <= kMost; ++i) {
    const std::string block = "transformer/residual/residual" + std::to_string(i) + "/";
    if (layers.holds(block) || layers.holds("style_params/" + block)) blocks = i;
  }
  return blocks;
}

class Transformer {
 public:
  Transformer(Graph& graph, PaddingKind padding, bool separable, StyleLayout& layout)
      : g_(graph),
        layout_(layout),
        padding_(padding == PaddingKind::reflect ? Padding::reflect : Padding::zero),
        separable_(separable) {}

  void build(int h, int w) {
    // Computes with deviations (Graph::centred_input) only if padding is reflect. Padding with
    // zeros would not keep a picture of one colour constant.
    const Shape picture{h, w, 3};
    Value x = padding_ == Padding::reflect ? g_.centred_input(picture) : g_.input(picture);
    x = contract(x, "contract/conv1", 9, 32, 1);
    x = contract(x, "contract/conv2", 3, 64, 2);
    x = contract(x, "contract/conv3", 3, 128, 2);
    const int blocks = residual_blocks(g_.layers());
    for (int i = 1; i <= blocks; ++i) x = residual(x, "residual/residual" + std::to_string(i));
    x = expand(x, "expand/conv1", 3, 64, 2, Activation::relu);
    x = expand(x, "expand/conv2", 3, 32, 2, Activation::relu);
    expand(x, "expand/conv3", 9, 3, 1, Activation::sigmoid);
  }

 private:
  // Adds a convolution with relu. Batch norm is folded into its weights and bias.
  Value contract(Value x, const std::string& layer, int kernel, int channels, int stride) {
    return g_.conv(x, kScope + layer + "/weights",
                   {.kernel_h = kernel,
                    .kernel_w = kernel,
                    .published_c = channels,
                    .stride = stride,
                    .padding = padding_,
                    .act = Activation::relu},
                   kScope + layer + "/Relu");
  }

  Value residual(Value x, const std::string& block) {
    constexpr int kChannels = 128;
    Value h =
        normalised(x, block + "/conv1", block + conv_name("1"), 3, kChannels, 1, Activation::relu);
    h = normalised(h, block + "/conv2", block + conv_name("2"), 3, kChannels, 1, Activation::none);
    return g_.add(x, h, kScope + block + "/add");
  }

  Value expand(Value x, const std::string& block, int kernel, int channels, int upsample,
               Activation act) {
    return normalised(x, block + "/conv", block + conv_name(""), kernel, channels, upsample, act);
  }

  // Adds a convolution, its conditional instance norm and the activation. `style_layer` is the
  // layer's name in the style parameters, `layer` its name in the weights.
  Value normalised(Value x, const std::string& style_layer, const std::string& layer, int kernel,
                   int channels, int upsample, Activation act) {
    const std::string scope = kScope + layer;
    ConvOptions options{.kernel_h = kernel,
                        .kernel_w = kernel,
                        .published_c = channels,
                        .padding = padding_,
                        .upsample = upsample,
                        .followed_by = FollowedBy::instance_norm};
    if (separable_) {
      x = g_.conv(x, scope + "/depthwise_weights", options, "");
      options = {.published_c = channels,
                 .padding = Padding::valid,
                 .followed_by = FollowedBy::instance_norm};
      x = g_.conv(x, scope + "/pointwise_weights", options, "");
    } else {
      x = g_.conv(x, scope + "/weights", options, "");
    }
    const StyleSlot& slot = layout_.append(g_.layers(), style_layer, g_.shape(x).c);
    return g_.instance_norm(x, slot.gamma, slot.beta, act, name_after(scope, act));
  }

  static std::string name_after(const std::string& scope, Activation act) {
    if (act == Activation::none) return scope + "/StyleNorm";
    return scope + (act == Activation::relu ? "/Relu" : "/Sigmoid");
  }

  std::string conv_name(const std::string& number) const {
    return (separable_ ? "/dilate_conv" : "/conv") + number;
  }

  Graph& g_;
  StyleLayout& layout_;
  Padding padding_;
  bool separable_;
};

template <bool separable>
void build(Graph& graph, PaddingKind padding, int h, int w, StyleLayout& layout) {
  if (h < kMinSide || w < kMinSide) {
    throw Error(ErrorCode::input, "the content picture is " + std::to_string(w) + "×" +
                                      std::to_string(h) + " pixels; at least 5×5 are needed");
  }
  Transformer(graph, padding, separable, layout).build(h, w);
  if (graph.nodes().back().shape.c != 3) {
    graph.layers().refuse("the transformer makes " + std::to_string(graph.nodes().back().shape.c) +
                          " channels where 3 are needed");
  }
}

// Returns 4⌈⌈side/2⌉/2⌉: two convolutions of stride 2 halve and round up, then two upsamplings
// double.
int output_side(int side) {
  const int half = side / 2 + side % 2;
  return 4 * (half / 2 + half % 2);
}

}  // namespace

extern const TransformerFamily full_transformer;
extern const TransformerFamily separable_transformer;

const TransformerFamily full_transformer{"full", "transformer/", build<false>, output_side, 128};
const TransformerFamily separable_transformer{"separable", "/dilate_conv", build<true>, output_side,
                                              128};

}  // namespace nst
