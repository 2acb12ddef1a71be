// Magenta's style transfer transformer (Ghiasi et al. 2017, arXiv 1705.06830, table 1;
// model_util.py, nza_model.py), any width, plain or depthwise separable. The separable model
// differs only in how a normalised convolution is made.
#include "networks/transformer.hpp"

#include <string>

namespace nst {
namespace {

using kernels::Activation;

// The 9×9 convolution mirrors 4 pixels without repeating the edge.
constexpr int kMinSide = 5;

class Transformer {
 public:
  Transformer(Graph& graph, const Architecture& architecture, StyleLayout& layout)
      : g_(graph),
        layout_(layout),
        padding_(architecture.padding == PaddingKind::reflect ? Padding::reflect : Padding::zero),
        separable_(architecture.transformer == TransformerKind::separable) {}

  void build(int h, int w) {
    // Of a flat picture each layer makes a constant, and an instance norm makes β of it: what
    // matters to this network is how values deviate. A border of zeros is not flat.
    const Shape picture{h, w, 3};
    Value x = padding_ == Padding::reflect ? g_.centred_input(picture) : g_.input(picture);
    x = contract(x, "contract/conv1", 1);
    x = contract(x, "contract/conv2", 2);
    x = contract(x, "contract/conv3", 2);
    for (int i = 1; i <= 5; ++i) x = residual(x, "residual/residual" + std::to_string(i));
    x = expand(x, "expand/conv1", 2, Activation::relu);
    x = expand(x, "expand/conv2", 2, Activation::relu);
    expand(x, "expand/conv3", 1, Activation::sigmoid);
  }

 private:
  // Batch norm is folded into weights and bias.
  Value contract(Value x, const std::string& layer, int stride) {
    return g_.conv(x, kScope + layer + "/weights", {stride, padding_, 1, Activation::relu},
                   kScope + layer + "/Relu");
  }

  Value residual(Value x, const std::string& block) {
    Value h = normalised(x, block + "/conv1", block + conv_name("1"), 1, Activation::relu);
    h = normalised(h, block + "/conv2", block + conv_name("2"), 1, Activation::none);
    return g_.add(x, h, kScope + block + "/add");
  }

  Value expand(Value x, const std::string& block, int upsample, Activation act) {
    return normalised(x, block + "/conv", block + conv_name(""), upsample, act);
  }

  // Convolution, conditional instance norm, activation. `style_layer` names γ and β, `layer` the
  // weights. No biases: the norm would take them away again.
  Value normalised(Value x, const std::string& style_layer, const std::string& layer, int upsample,
                   Activation act) {
    const std::string scope = kScope + layer;
    if (separable_) {
      x = g_.conv(x, scope + "/depthwise_weights", unbiased(padding_, upsample), "");
      x = g_.conv(x, scope + "/pointwise_weights", unbiased(Padding::valid, 1), "");
    } else {
      x = g_.conv(x, scope + "/weights", unbiased(padding_, upsample), "");
    }
    const StyleLayer& style = layout_.append(style_layer, g_.shape(x).c);
    return g_.instance_norm(x, style.gamma, style.beta, act, name_after(scope, act));
  }

  static ConvOptions unbiased(Padding padding, int upsample) {
    return {1, padding, upsample, Activation::none, false};
  }

  static std::string name_after(const std::string& scope, Activation act) {
    if (act == Activation::none) return scope + "/StyleNorm";
    return scope + (act == Activation::relu ? "/Relu" : "/Sigmoid");
  }

  std::string conv_name(const std::string& number) const {
    return (separable_ ? "/dilate_conv" : "/conv") + number;
  }

  inline static const std::string kScope = "transformer/";

  Graph& g_;
  StyleLayout& layout_;
  Padding padding_;
  bool separable_;
};

}  // namespace

void build_transformer(Graph& graph, const Architecture& architecture, int h, int w,
                       StyleLayout& layout) {
  if (h < kMinSide || w < kMinSide) {
    throw Error(ErrorCode::input, "the content picture is " + std::to_string(w) + "×" +
                                      std::to_string(h) + " pixels; at least 5×5 are needed");
  }
  Transformer(graph, architecture, layout).build(h, w);
  if (graph.nodes().back().shape.c != 3) {
    graph.layers().refuse("the transformer makes " + std::to_string(graph.nodes().back().shape.c) +
                          " channels where 3 are needed");
  }
}

}  // namespace nst
