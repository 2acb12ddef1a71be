// Inception-v3 up to Mixed_6e (Szegedy et al. 2015, arXiv 1512.00567; slim inception_v3_base), as
// Magenta's style predictor uses it: input in [0, 1], relu6, batch norm folded. The irregular layer
// names are slim's own.
#include <string>

#include "networks/predictor.hpp"
#include "nst/error.hpp"

namespace nst {
namespace {

// What the VALID convolutions and pools of the stem leave at least one pixel of in Mixed_6a.
constexpr int kMinSide = 43;

// Ops with the conventions of this network: every convolution is followed by relu6, a 3×3 pool in a
// branch has stride 1.
class Trunk {
 public:
  explicit Trunk(Graph& graph) : g_(graph) {}

  Value conv(Value x, const std::string& layer, Padding padding = Padding::same, int stride = 1) {
    const std::string name = "InceptionV3/" + layer;
    const ConvOptions options{stride, padding, 1, kernels::Activation::relu6};
    return g_.conv(x, name + "/weights", options, name + "/Relu6");
  }
  Value max_pool(Value x, const std::string& layer) {
    return g_.max_pool(x, 3, 2, Padding::valid, "InceptionV3/" + layer + "/MaxPool");
  }
  Value average_pool(Value x, const std::string& layer) {
    return g_.average_pool(x, 3, 1, Padding::same, "InceptionV3/" + layer + "/AvgPool");
  }

  // Mixed_5b, 5c, 5d: 35×35 grid at 299². Only 5c spells its 5×5 branch differently.
  Value mixed_5(Value x, const std::string& m, const std::string& b1_1x1,
                const std::string& b1_5x5) {
    const Value b0 = conv(x, m + "/Branch_0/Conv2d_0a_1x1");
    Value b1 = conv(x, m + "/Branch_1/" + b1_1x1);
    b1 = conv(b1, m + "/Branch_1/" + b1_5x5);
    Value b2 = conv(x, m + "/Branch_2/Conv2d_0a_1x1");
    b2 = conv(b2, m + "/Branch_2/Conv2d_0b_3x3");
    b2 = conv(b2, m + "/Branch_2/Conv2d_0c_3x3");
    Value b3 = average_pool(x, m + "/Branch_3/AvgPool_0a_3x3");
    b3 = conv(b3, m + "/Branch_3/Conv2d_0b_1x1");
    return g_.concat({b0, b1, b2, b3}, "InceptionV3/" + m + "/concat");
  }

  // Mixed_6a halves the grid. Its "1x1" names are 3×3 convolutions.
  Value mixed_6a(Value x) {
    const std::string m = "Mixed_6a";
    const Value b0 = conv(x, m + "/Branch_0/Conv2d_1a_1x1", Padding::valid, 2);
    Value b1 = conv(x, m + "/Branch_1/Conv2d_0a_1x1");
    b1 = conv(b1, m + "/Branch_1/Conv2d_0b_3x3");
    b1 = conv(b1, m + "/Branch_1/Conv2d_1a_1x1", Padding::valid, 2);
    const Value b2 = max_pool(x, m + "/Branch_2/MaxPool_1a_3x3");
    return g_.concat({b0, b1, b2}, "InceptionV3/" + m + "/concat");
  }

  // Mixed_6b to 6e: 17×17 grid at 299², 7×7 kernels factorised.
  Value mixed_6(Value x, const std::string& m) {
    const Value b0 = conv(x, m + "/Branch_0/Conv2d_0a_1x1");
    Value b1 = conv(x, m + "/Branch_1/Conv2d_0a_1x1");
    b1 = conv(b1, m + "/Branch_1/Conv2d_0b_1x7");
    b1 = conv(b1, m + "/Branch_1/Conv2d_0c_7x1");
    Value b2 = conv(x, m + "/Branch_2/Conv2d_0a_1x1");
    b2 = conv(b2, m + "/Branch_2/Conv2d_0b_7x1");
    b2 = conv(b2, m + "/Branch_2/Conv2d_0c_1x7");
    b2 = conv(b2, m + "/Branch_2/Conv2d_0d_7x1");
    b2 = conv(b2, m + "/Branch_2/Conv2d_0e_1x7");
    Value b3 = average_pool(x, m + "/Branch_3/AvgPool_0a_3x3");
    b3 = conv(b3, m + "/Branch_3/Conv2d_0b_1x1");
    return g_.concat({b0, b1, b2, b3}, "InceptionV3/" + m + "/concat");
  }

 private:
  Graph& g_;
};

}  // namespace

void build_inception_v3(Graph& graph, int h, int w) {
  if (h < kMinSide || w < kMinSide) {
    throw Error(ErrorCode::input, "the style picture is " + std::to_string(w) + "×" +
                                      std::to_string(h) + " pixels; this model needs at least " +
                                      "43×43, so use a larger picture or style size");
  }
  Trunk t(graph);
  Value x = graph.input({h, w, 3});
  x = t.conv(x, "Conv2d_1a_3x3", Padding::valid, 2);
  x = t.conv(x, "Conv2d_2a_3x3", Padding::valid);
  x = t.conv(x, "Conv2d_2b_3x3");
  x = t.max_pool(x, "MaxPool_3a_3x3");
  x = t.conv(x, "Conv2d_3b_1x1", Padding::valid);
  x = t.conv(x, "Conv2d_4a_3x3", Padding::valid);
  x = t.max_pool(x, "MaxPool_5a_3x3");
  x = t.mixed_5(x, "Mixed_5b", "Conv2d_0a_1x1", "Conv2d_0b_5x5");
  x = t.mixed_5(x, "Mixed_5c", "Conv2d_0b_1x1", "Conv_1_0c_5x5");
  x = t.mixed_5(x, "Mixed_5d", "Conv2d_0a_1x1", "Conv2d_0b_5x5");
  x = t.mixed_6a(x);
  for (const char* block : {"Mixed_6b", "Mixed_6c", "Mixed_6d", "Mixed_6e"}) {
    x = t.mixed_6(x, block);
  }
  x = graph.mean(x, "InceptionV3/Mean");
  graph.conv(x, "Conv/weights", {}, "Conv/BiasAdd");
}

}  // namespace nst
