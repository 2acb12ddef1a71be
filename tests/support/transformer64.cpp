#include "support/transformer64.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <string>

#include "image/view.hpp"

namespace nst::test {
namespace {

struct Tensor64 {
  int h, w, c;
  std::vector<double> values;

  Tensor64(int height, int width, int channels)
      : h(height),
        w(width),
        c(channels),
        values(static_cast<std::size_t>(height) * static_cast<std::size_t>(width) *
               static_cast<std::size_t>(channels)) {}
  double* at(int y, int x) { return values.data() + (static_cast<std::ptrdiff_t>(y) * w + x) * c; }
  const double* at(int y, int x) const { return const_cast<Tensor64*>(this)->at(y, x); }
};

class Transformer64 {
 public:
  Transformer64(const FormulaNetwork& network, const StyleVector& style)
      : style_(style),
        reflects_(network.architecture.padding == PaddingKind::reflect),
        separable_(network.architecture.transformer == "separable") {
    for (const Variable& variable : formula_variables(network)) {
      if (variable.name.find("transformer/") != std::string::npos) {
        weights_[variable.name] = {variable.shape, formula_values(variable)};
      }
    }
  }

  Tensor64 run(Tensor64 x) const {
    const std::string scope = "transformer/";
    for (const auto& [layer, stride] :
         {std::pair("contract/conv1", 1), {"contract/conv2", 2}, {"contract/conv3", 2}}) {
      x = convolved(x, scope + layer + "/weights", stride);
      const std::vector<float>& biases = weights_.at(scope + layer + "/biases").values;
      for (std::size_t i = 0; i < x.values.size(); ++i) {
        x.values[i] = std::max(x.values[i] + static_cast<double>(biases[i % biases.size()]), 0.0);
      }
    }
    const std::string conv = separable_ ? "/dilate_conv" : "/conv";
    for (int i = 1; is_block(i); ++i) {
      const std::string block = "residual/residual" + std::to_string(i);
      Tensor64 h = normalised(x, block + "/conv1", block + conv + "1");
      relu(h);
      h = normalised(h, block + "/conv2", block + conv + "2");
      for (std::size_t k = 0; k < x.values.size(); ++k) x.values[k] += h.values[k];
    }
    for (const std::string block : {"expand/conv1", "expand/conv2"}) {
      x = normalised(upsampled(x), block + "/conv", block + conv);
      relu(x);
    }
    x = normalised(x, "expand/conv3/conv", "expand/conv3" + conv);
    for (double& value : x.values) value = 1 / (1 + std::exp(-value));
    return x;
  }

 private:
  struct Weights {
    std::vector<std::int64_t> shape;
    std::vector<float> values;
  };

  static void relu(Tensor64& x) {
    for (double& value : x.values) value = std::max(value, 0.0);
  }

  static Tensor64 upsampled(const Tensor64& x) {
    Tensor64 out(2 * x.h, 2 * x.w, x.c);
    for (int y = 0; y < out.h; ++y) {
      for (int i = 0; i < out.w; ++i) std::copy_n(x.at(y / 2, i / 2), x.c, out.at(y, i));
    }
    return out;
  }

  bool is_block(int i) const {
    const std::string layer = "style_params/transformer/residual/residual" + std::to_string(i);
    return weights_.count(layer + "/conv1/StyleNorm/Conv/weights") != 0;
  }

  // Returns the row or column of the picture from which the padding takes index `i`. Returns -1 if
  // the padded picture has a zero there.
  int source(int i, int side) const {
    if (i >= 0 && i < side) return i;
    if (!reflects_) return -1;
    return i < 0 ? -i : 2 * (side - 1) - i;
  }

  Tensor64 convolved(const Tensor64& x, const std::string& name, int stride) const {
    const Weights& weights = weights_.at(name);
    const bool depthwise = name.ends_with("depthwise_weights");
    const int kernel = static_cast<int>(weights.shape[0]);
    const int out_c = depthwise ? x.c : static_cast<int>(weights.shape[3]);
    const int pad = kernel / 2;
    Tensor64 out((x.h + 2 * pad - kernel) / stride + 1, (x.w + 2 * pad - kernel) / stride + 1,
                 out_c);
    for (int y = 0; y < out.h; ++y) {
      for (int i = 0; i < out.w; ++i) {
        for (int tap = 0; tap < kernel * kernel; ++tap) {
          const int sy = source(y * stride + tap / kernel - pad, x.h);
          const int sx = source(i * stride + tap % kernel - pad, x.w);
          if (sy < 0 || sx < 0) continue;
          add_tap(x.at(sy, sx), x.c, depthwise, weights.values.data(), tap, out.at(y, i), out_c);
        }
      }
    }
    return out;
  }

  static void add_tap(const double* in, int in_c, bool depthwise, const float* weights, int tap,
                      double* out, int out_c) {
    if (depthwise) {
      const float* w = weights + static_cast<std::ptrdiff_t>(tap) * in_c;
      for (int c = 0; c < in_c; ++c) out[c] += in[c] * static_cast<double>(w[c]);
      return;
    }
    const float* w = weights + static_cast<std::ptrdiff_t>(tap) * in_c * out_c;
    for (int c = 0; c < in_c; ++c, w += out_c) {
      for (int o = 0; o < out_c; ++o) out[o] += in[c] * static_cast<double>(w[o]);
    }
  }

  std::vector<double> dense(const std::string& layer) const {
    const std::vector<float>& weights = weights_.at(layer + "/weights").values;
    const std::vector<float>& biases = weights_.at(layer + "/biases").values;
    std::vector<double> out(biases.begin(), biases.end());
    for (std::size_t i = 0; i < style_.values.size(); ++i) {
      for (std::size_t o = 0; o < out.size(); ++o) {
        out[o] += static_cast<double>(style_.values[i]) *
                  static_cast<double>(weights[i * out.size() + o]);
      }
    }
    return out;
  }

  Tensor64 normalised(const Tensor64& x, const std::string& style_layer,
                      const std::string& layer) const {
    const std::string scope = "transformer/" + layer;
    Tensor64 out = separable_ ? pointwise(convolved(x, scope + "/depthwise_weights", 1), scope)
                              : convolved(x, scope + "/weights", 1);
    const std::string norm = "style_params/transformer/" + style_layer + "/StyleNorm";
    const std::vector<double> beta = dense(norm + "/Conv");
    const std::vector<double> gamma = dense(norm + "/Conv_1");
    const auto channels = static_cast<std::size_t>(out.c);
    const double pixels = static_cast<double>(out.h) * out.w;
    std::vector<double> mean(channels), variance(channels);
    const auto for_values = [&](auto&& f) {
      for (std::size_t i = 0; i < out.values.size(); ++i) f(i % channels, out.values[i]);
    };
    for_values([&](std::size_t c, double value) { mean[c] += value / pixels; });
    for_values([&](std::size_t c, double value) {
      variance[c] += (value - mean[c]) * (value - mean[c]) / pixels;
    });
    for_values([&](std::size_t c, double& value) {
      value = (value - mean[c]) / std::sqrt(variance[c] + 1e-5) * gamma[c] + beta[c];
    });
    return out;
  }

  Tensor64 pointwise(const Tensor64& x, const std::string& scope) const {
    return convolved(x, scope + "/pointwise_weights", 1);
  }

  StyleVector style_;
  bool reflects_, separable_;
  std::map<std::string, Weights> weights_;
};

}  // namespace

std::vector<float> transformer64(const FormulaNetwork& network, const ImageView& content,
                                 const StyleVector& style) {
  Tensor64 x(content.height, content.width, 3);
  for (int y = 0; y < x.h; ++y) {
    std::copy_n(view_row<float>(content, y), std::ptrdiff_t{3} * x.w, x.at(y, 0));
  }
  const Tensor64 painted = Transformer64(network, style).run(std::move(x));
  return {painted.values.begin(), painted.values.end()};
}

}  // namespace nst::test
