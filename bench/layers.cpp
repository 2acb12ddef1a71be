#include "bench/layers.hpp"

#include <algorithm>

namespace nst::bench {

namespace {

using kernels::Border;
using kernels::ConvGeometry;
using kernels::ConvSpec;

enum class Padding { valid, same, reflect };

ConvGeometry geometry_of(const ConvSpec& s, Padding padding, int side) {
  ConvGeometry g{};
  g.in_h = g.in_w = side;
  const auto axis = [&](int kernel, int& out, int& pad) {
    const int upsampled = side * s.upsample;
    if (padding == Padding::valid) {
      out = (upsampled - kernel) / s.stride + 1;
    } else if (padding == Padding::same) {
      out = (upsampled + s.stride - 1) / s.stride;
      pad = std::max(0, (out - 1) * s.stride + kernel - upsampled) / 2;
    } else {
      pad = kernel / 2;
      out = (upsampled + 2 * pad - kernel) / s.stride + 1;
    }
  };
  axis(s.kernel_h, g.out_h, g.pad_top);
  axis(s.kernel_w, g.out_w, g.pad_left);
  g.border = padding == Padding::reflect ? Border::reflect : Border::zero;
  return g;
}

class Builder {
 public:
  explicit Builder(std::vector<Layer>& out) : out_(out) {}

  void add(const std::string& name, ConvSpec spec, Padding padding, int side, int count = 1,
           bool norm_before = false, bool norm_after = false) {
    out_.push_back({name, spec, geometry_of(spec, padding, side), norm_before, norm_after, count});
  }

 private:
  std::vector<Layer>& out_;
};

void add_transformer(Builder& b, const std::string& prefix, int w) {
  b.add(prefix + "contract1_9x9", {9, 9, 3, w, 1, 1, false}, Padding::reflect, 256);
  b.add(prefix + "contract2_3x3s2", {3, 3, w, 2 * w, 2, 1, false}, Padding::reflect, 256);
  b.add(prefix + "contract3_3x3s2", {3, 3, 2 * w, 4 * w, 2, 1, false}, Padding::reflect, 128);
  b.add(prefix + "residual_3x3", {3, 3, 4 * w, 4 * w, 1, 1, false}, Padding::reflect, 64, 10, true,
        true);
  b.add(prefix + "expand1_up2_3x3", {3, 3, 4 * w, 2 * w, 1, 2, false}, Padding::reflect, 64, 1,
        true, true);
  b.add(prefix + "expand2_up2_3x3", {3, 3, 2 * w, w, 1, 2, false}, Padding::reflect, 128, 1, true,
        true);
  b.add(prefix + "expand3_9x9", {9, 9, w, 3, 1, 1, false}, Padding::reflect, 256, 1, true, true);
}

void add_inception(Builder& b) {
  const auto conv = [](int kh, int kw, int ic, int oc, int stride) {
    return ConvSpec{kh, kw, ic, oc, stride, 1, false};
  };
  b.add("inception/1a_3x3s2", conv(3, 3, 3, 32, 2), Padding::valid, 256);
  b.add("inception/2a_3x3", conv(3, 3, 32, 32, 1), Padding::valid, 127);
  b.add("inception/2b_3x3", conv(3, 3, 32, 64, 1), Padding::same, 125);
  b.add("inception/3b_1x1", conv(1, 1, 64, 80, 1), Padding::valid, 62);
  b.add("inception/4a_3x3", conv(3, 3, 80, 192, 1), Padding::valid, 62);
  b.add("inception/5b_1x1_64", conv(1, 1, 192, 64, 1), Padding::valid, 29, 2);
  b.add("inception/5_1x1_48", conv(1, 1, 288, 48, 1), Padding::valid, 29, 2);
  b.add("inception/5_5x5", conv(5, 5, 48, 64, 1), Padding::same, 29, 3);
  b.add("inception/5_3x3_96", conv(3, 3, 64, 96, 1), Padding::same, 29, 4);
  b.add("inception/5_3x3_96b", conv(3, 3, 96, 96, 1), Padding::same, 29, 3);
  b.add("inception/6a_3x3s2", conv(3, 3, 288, 384, 2), Padding::valid, 29);
  b.add("inception/6_1x1_192", conv(1, 1, 768, 192, 1), Padding::valid, 14, 12);
  b.add("inception/6_1x7_128", conv(1, 7, 128, 128, 1), Padding::same, 14, 2);
  b.add("inception/6_7x1_160", conv(7, 1, 160, 160, 1), Padding::same, 14, 4);
  b.add("inception/6_1x7_192", conv(1, 7, 192, 192, 1), Padding::same, 14, 4);
}

void add_mobilenet(Builder& b) {
  const auto point = [&](const std::string& name, int ic, int oc, int side, int count) {
    b.add("mobilenet/" + name, {1, 1, ic, oc, 1, 1, false}, Padding::valid, side, count);
  };
  const auto depth = [&](const std::string& name, int c, int stride, int side, int count) {
    b.add("mobilenet/" + name, {3, 3, c, c, stride, 1, true}, Padding::same, side, count);
  };
  b.add("mobilenet/stem_3x3s2", {3, 3, 3, 32, 2, 1, false}, Padding::same, 256);
  depth("dw32", 32, 1, 128, 1);
  point("pw32_16", 32, 16, 128, 1);
  point("pw16_96", 16, 96, 128, 1);
  depth("dw96s2", 96, 2, 128, 1);
  point("pw96_24", 96, 24, 64, 1);
  point("pw24_144", 24, 144, 64, 2);
  depth("dw144", 144, 1, 64, 1);
  depth("dw144s2", 144, 2, 64, 1);
  point("pw144_24", 144, 24, 64, 1);
  point("pw32_192", 32, 192, 32, 3);
  depth("dw192", 192, 1, 32, 2);
  point("pw192_32", 192, 32, 32, 2);
  point("pw64_384", 64, 384, 16, 4);
  depth("dw384", 384, 1, 16, 4);
  point("pw384_64", 384, 64, 16, 3);
  point("pw96_576", 96, 576, 16, 3);
  depth("dw576", 576, 1, 16, 2);
  point("pw160_960", 160, 960, 8, 3);
  depth("dw960", 960, 1, 8, 3);
  point("pw960_160", 960, 160, 8, 2);
  point("pw320_1280", 320, 1280, 8, 1);
}

void add_separable(Builder& b) {
  b.add("separable/dw128_3x3", {3, 3, 128, 128, 1, 1, true}, Padding::reflect, 64, 10, true);
  b.add("separable/pw128", {1, 1, 128, 128, 1, 1, false}, Padding::valid, 64, 10, false, true);
  b.add("separable/dw32_9x9", {9, 9, 32, 32, 1, 1, true}, Padding::reflect, 256, 1, true);
  b.add("separable/pw32_3", {1, 1, 32, 3, 1, 1, false}, Padding::valid, 256, 1, false, true);
}

}  // namespace

double Layer::multiply_adds() const {
  const double per_pixel = static_cast<double>(spec.kernel_h) * spec.kernel_w * spec.in_c *
                           (spec.depthwise ? 1 : spec.out_c);
  return per_pixel * geometry.out_h * geometry.out_w;
}

const std::vector<Layer>& layers() {
  static const std::vector<Layer> all = [] {
    std::vector<Layer> list;
    Builder b(list);
    add_transformer(b, "alpha1/", 32);
    add_transformer(b, "alpha0.25/", 8);
    add_separable(b);
    add_inception(b);
    add_mobilenet(b);
    return list;
  }();
  return all;
}

}  // namespace nst::bench
