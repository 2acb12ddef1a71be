// The style predictor of Magenta: Inception-v3 up to Mixed_6e (Szegedy et al. 2015, arXiv
// 1512.00567; inception_v3_base of TensorFlow's library slim). Its input is in [0, 1], the
// activation is relu6, and batch norm is folded. The irregular layer names are those of slim.
#include <string>

#include "networks/family.hpp"
#include "nst/error.hpp"

namespace nst {
namespace {

// Smallest picture side for which Mixed_6a still has one pixel. The convolutions and pools before
// it use VALID padding.
constexpr int kMinSide = 43;

struct Kernel {
  int h, w;
};
constexpr Kernel k1x1{1, 1}, k3x3{3, 3}, k5x5{5, 5}, k1x7{1, 7}, k7x1{7, 1};

// Adds operations with the settings of this network. Every convolution is followed by batch norm
// and relu6. A 3×3 average pool has stride 1.
class Trunk {
 public:
  explicit Trunk(Graph& graph) : g_(graph) {}

  Value conv(Value x, const std::string& layer, Kernel kernel, int channels,
             Padding padding = Padding::same, int stride = 1) {
    const std::string name = "InceptionV3/" + layer;
    return g_.conv(x, name + "/weights",
                   {.kernel_h = kernel.h,
                    .kernel_w = kernel.w,
                    .published_c = channels,
                    .stride = stride,
                    .padding = padding,
                    .act = kernels::Activation::relu6},
                   name + "/Relu6");
  }
  Value max_pool(Value x, const std::string& layer) {
    return g_.max_pool(x, 3, 2, Padding::valid, "InceptionV3/" + layer + "/MaxPool");
  }
  Value average_pool(Value x, const std::string& layer) {
    return g_.average_pool(x, 3, 1, Padding::same, "InceptionV3/" + layer + "/AvgPool");
  }

  // Adds one of the blocks Mixed_5b, 5c and 5d. Their grid is 35×35 for a picture of 299×299. The
  // convolutions of Branch_1 have different names in 5c, so the names are parameters.
  Value mixed_5(Value x, const std::string& m, int pooled, const std::string& b1_1x1,
                const std::string& b1_5x5) {
    const Value b0 = conv(x, m + "/Branch_0/Conv2d_0a_1x1", k1x1, 64);
    Value b1 = conv(x, m + "/Branch_1/" + b1_1x1, k1x1, 48);
    b1 = conv(b1, m + "/Branch_1/" + b1_5x5, k5x5, 64);
    Value b2 = conv(x, m + "/Branch_2/Conv2d_0a_1x1", k1x1, 64);
    b2 = conv(b2, m + "/Branch_2/Conv2d_0b_3x3", k3x3, 96);
    b2 = conv(b2, m + "/Branch_2/Conv2d_0c_3x3", k3x3, 96);
    Value b3 = average_pool(x, m + "/Branch_3/AvgPool_0a_3x3");
    b3 = conv(b3, m + "/Branch_3/Conv2d_0b_1x1", k1x1, pooled);
    return g_.concat({b0, b1, b2, b3}, "InceptionV3/" + m + "/concat");
  }

  // Adds the block Mixed_6a, which halves the grid. Two of its convolutions are named "1x1" as in
  // slim, but are 3×3.
  Value mixed_6a(Value x) {
    const std::string m = "Mixed_6a";
    const Value b0 = conv(x, m + "/Branch_0/Conv2d_1a_1x1", k3x3, 384, Padding::valid, 2);
    Value b1 = conv(x, m + "/Branch_1/Conv2d_0a_1x1", k1x1, 64);
    b1 = conv(b1, m + "/Branch_1/Conv2d_0b_3x3", k3x3, 96);
    b1 = conv(b1, m + "/Branch_1/Conv2d_1a_1x1", k3x3, 96, Padding::valid, 2);
    const Value b2 = max_pool(x, m + "/Branch_2/MaxPool_1a_3x3");
    return g_.concat({b0, b1, b2}, "InceptionV3/" + m + "/concat");
  }

  // Adds one of the blocks Mixed_6b to 6e. Their grid is 17×17 for a picture of 299×299. Instead of
  // a 7×7 kernel they use 1×7 and 7×1 kernels, with `inner` channels between.
  Value mixed_6(Value x, const std::string& m, int inner) {
    const Value b0 = conv(x, m + "/Branch_0/Conv2d_0a_1x1", k1x1, 192);
    Value b1 = conv(x, m + "/Branch_1/Conv2d_0a_1x1", k1x1, inner);
    b1 = conv(b1, m + "/Branch_1/Conv2d_0b_1x7", k1x7, inner);
    b1 = conv(b1, m + "/Branch_1/Conv2d_0c_7x1", k7x1, 192);
    Value b2 = conv(x, m + "/Branch_2/Conv2d_0a_1x1", k1x1, inner);
    b2 = conv(b2, m + "/Branch_2/Conv2d_0b_7x1", k7x1, inner);
    b2 = conv(b2, m + "/Branch_2/Conv2d_0c_1x7", k1x7, inner);
    b2 = conv(b2, m + "/Branch_2/Conv2d_0d_7x1", k7x1, inner);
    b2 = conv(b2, m + "/Branch_2/Conv2d_0e_1x7", k1x7, 192);
    Value b3 = average_pool(x, m + "/Branch_3/AvgPool_0a_3x3");
    b3 = conv(b3, m + "/Branch_3/Conv2d_0b_1x1", k1x1, 192);
    return g_.concat({b0, b1, b2, b3}, "InceptionV3/" + m + "/concat");
  }

 private:
  Graph& g_;
};

// Builds the predictor. In TF Hub's model, the style vector is the 768 means of Mixed_6e. In
// Magenta's checkpoint, the style vector is 100 numbers that a last layer computes from these
// means. If the weights have no last layer, the predictor can only be built with a style_size of
// 768.
void build(Graph& graph, int h, int w, int style_size) {
  if (h < kMinSide || w < kMinSide) {
    throw Error(ErrorCode::input, "the style picture is " + std::to_string(w) + "×" +
                                      std::to_string(h) + " pixels; this model needs at least " +
                                      "43×43, so use a larger picture or style size");
  }
  Trunk t(graph);
  Value x = graph.input({h, w, 3});
  x = t.conv(x, "Conv2d_1a_3x3", k3x3, 32, Padding::valid, 2);
  x = t.conv(x, "Conv2d_2a_3x3", k3x3, 32, Padding::valid);
  x = t.conv(x, "Conv2d_2b_3x3", k3x3, 64);
  x = t.max_pool(x, "MaxPool_3a_3x3");
  x = t.conv(x, "Conv2d_3b_1x1", k1x1, 80, Padding::valid);
  x = t.conv(x, "Conv2d_4a_3x3", k3x3, 192, Padding::valid);
  x = t.max_pool(x, "MaxPool_5a_3x3");
  x = t.mixed_5(x, "Mixed_5b", 32, "Conv2d_0a_1x1", "Conv2d_0b_5x5");
  x = t.mixed_5(x, "Mixed_5c", 64, "Conv2d_0b_1x1", "Conv_1_0c_5x5");
  x = t.mixed_5(x, "Mixed_5d", 64, "Conv2d_0a_1x1", "Conv2d_0b_5x5");
  x = t.mixed_6a(x);
  x = t.mixed_6(x, "Mixed_6b", 128);
  x = t.mixed_6(x, "Mixed_6c", 160);
  x = t.mixed_6(x, "Mixed_6d", 160);
  x = t.mixed_6(x, "Mixed_6e", 192);
  x = graph.mean(x, "InceptionV3/Mean");
  if (graph.shape(x).c == style_size && !graph.layers().holds("Conv/")) return;
  graph.conv(x, "Conv/weights", {.published_c = style_size, .followed_by = FollowedBy::biases},
             "Conv/BiasAdd");
}

}  // namespace

extern const PredictorFamily inception_v3;
const PredictorFamily inception_v3{"inception_v3", "InceptionV3/", "Conv", build};

}  // namespace nst
