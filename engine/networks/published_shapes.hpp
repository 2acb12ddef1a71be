// The layer shapes of the published networks, from the papers and the published models, without the
// weights. Benchmarks use them, and tests that generate weights.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weights/layer_source.hpp"

namespace nst {

// The sizes of a published network. When a real network is built, these sizes are read from its
// weights.
struct PublishedNetwork {
  int width_percent = 100;  // channels of the transformer's layers, in percent of the full one's
  int residual_blocks = 5;
  int style_size = 100;
  // False: the Inception-v3 predictor lacks its last convolution ("Conv/"), so that the mean of its
  // features is the style vector.
  bool has_last_layer = true;
};

// Gives a network's builder the shape of every layer that it asks for. Records the tensors of these
// layers, in the order in which the builder asks for them. Use from one thread at a time.
class PublishedShapes final : public LayerSource {
 public:
  struct Tensor {
    std::string name;
    std::vector<std::int64_t> shape;
  };

  // Creates a source of shapes. Each tensor is appended to `tensors`, which must outlive this
  // object.
  PublishedShapes(const PublishedNetwork& network, std::vector<Tensor>& tensors)
      : network_(network), tensors_(tensors) {}

  ConvAnswer conv(const ConvQuery& query) const override {
    const bool depthwise = query.weights.ends_with("/depthwise_weights");
    const int channels = depthwise ? query.in_c : scaled(query);
    append(query.weights, {query.kernel_h, query.kernel_w, query.in_c, depthwise ? 1 : channels});
    if (query.followed_by != FollowedBy::instance_norm) {
      append(query.weights.substr(0, query.weights.rfind('/')) + "/biases", {channels});
    }
    return {{query.kernel_h, query.kernel_w, query.in_c, channels, query.stride, query.upsample,
             depthwise}};
  }
  int dense(const std::string& layer, int inputs, int outputs) const override {
    const int in = inputs == 0 ? network_.style_size : inputs;
    append(layer + "/weights", {1, 1, in, outputs});
    append(layer + "/biases", {outputs});
    return in;
  }
  bool holds(std::string_view prefix) const override {
    if (prefix == "Conv/") return network_.has_last_layer;
    for (int i = 1; i <= network_.residual_blocks; ++i) {
      if (prefix == "transformer/residual/residual" + std::to_string(i) + "/") return true;
    }
    return false;
  }
  void refuse(const std::string& what) const override { throw std::logic_error(what); }

 private:
  // Returns the number of output channels of a convolution, scaled by the network's width. The
  // three colour channels are not scaled.
  int scaled(const ConvQuery& query) const {
    constexpr int kColours = 3;
    const bool narrows = query.weights.starts_with("transformer/") && query.published_c != kColours;
    return narrows ? query.published_c * network_.width_percent / 100 : query.published_c;
  }
  void append(const std::string& name, std::vector<std::int64_t> shape) const {
    tensors_.push_back({name, std::move(shape)});
  }

  PublishedNetwork network_;
  std::vector<Tensor>& tensors_;
};

}  // namespace nst
