#include "weights_tool/inventory.hpp"

#include <algorithm>
#include <set>

#include "base/text.hpp"

namespace nst::weights {
namespace {

constexpr std::int64_t kColours = 3;
constexpr std::int64_t kBottleneck = 100;
constexpr std::int64_t kUnknown = -1;  // after a missing variable: checks nothing

std::size_t edit_distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row[b.size()];
}

// Walks the networks as network.md describes them; every conv() returns its output channels.
class Walk {
 public:
  explicit Walk(const Variables& variables)
      : variables_(variables), uses_batch_norm_(variables.any_contains("/BatchNorm/")) {}

  std::int64_t conv(const std::string& name, int kh, int kw, std::int64_t in, After after,
                    const char* weights = "weights") {
    Layer layer{name, weights, after};
    layer.channels = check_shape(name + "/" + weights, {kh, kw, in, kUnknown}, 3);
    finish(std::move(layer));
    return layers_.back().channels;
  }

  std::int64_t depthwise(const std::string& name, int k, std::int64_t in, After after) {
    Layer layer{name, "depthwise_weights", after};
    layer.channels = check_shape(name + "/depthwise_weights", {k, k, in, 1}, 2);
    finish(std::move(layer));
    return layers_.back().channels;
  }

  void expect(const std::string& what, std::int64_t got, std::int64_t wanted) const {
    if (got == kUnknown || wanted == kUnknown || got == wanted) return;
    throw Error(ErrorCode::model, variables_.description() + ": " + what + " has " +
                                      std::to_string(got) + " output channels, " +
                                      std::to_string(wanted) + " are needed");
  }

  Inventory finish_inventory(Architecture architecture) {
    report_missing();
    Inventory inventory{architecture, std::move(layers_), {}};
    for (const std::string& name : variables_.names()) {
      if (used_.count(name) == 0) inventory.leftovers.push_back(name);
    }
    return inventory;
  }

 private:
  bool use(const std::string& name, bool is_required) {
    used_.insert(name);
    if (variables_.find(name) != nullptr) return true;
    if (is_required) missing_.push_back(name);
    return false;
  }

  // Compares with the dimensions that are known and returns number `wanted`.
  std::int64_t check_shape(const std::string& name, const std::vector<std::int64_t>& expected,
                           std::size_t wanted) {
    if (!use(name, true)) return kUnknown;
    const SourceTensor& tensor = *variables_.find(name);
    if (tensor.is_integer) {
      throw Error(ErrorCode::model, variables_.description() + ": tensor '" + one_line(name) +
                                        "' is of type " + tensor.dtype +
                                        "; weights are floating-point numbers");
    }
    const std::vector<std::int64_t>& shape = tensor.shape;
    bool fits = shape.size() == expected.size();
    for (std::size_t i = 0; fits && i < shape.size(); ++i) {
      fits = shape[i] > 0 && (expected[i] == kUnknown || shape[i] == expected[i]);
    }
    if (fits) return shape[wanted];
    std::string text;
    for (const std::int64_t dim : expected) {
      text += (text.empty() ? "[" : ", ") + (dim == kUnknown ? "any" : std::to_string(dim));
    }
    throw Error(ErrorCode::model, variables_.description() + ": tensor '" + one_line(name) +
                                      "' has shape " + shape_text(shape) + ", " + text +
                                      "] is needed");
  }

  void finish(Layer layer) {
    const std::int64_t channels = layer.channels;
    const std::string biases = layer.name + "/biases";
    layer.has_bias = use(biases, layer.after == After::bias);
    if (layer.after == After::batch_norm) finish_batch_norm(layer);
    if (layer.has_bias && channels != kUnknown && layer.after != After::instance_norm) {
      check_shape(biases, {channels}, 0);
    }
    layers_.push_back(std::move(layer));
  }

  void finish_batch_norm(Layer& layer) {
    const std::string scope = layer.name + "/BatchNorm/";
    const std::vector<std::string> parts = {"beta", "moving_mean", "moving_variance"};
    layer.has_batch_norm = std::any_of(parts.begin(), parts.end(), [&](const std::string& part) {
      return variables_.find(scope + part) != nullptr;
    });
    if (!layer.has_batch_norm && layer.has_bias) return;
    if (!layer.has_batch_norm && !uses_batch_norm_) {  // a folded source without this bias
      use(layer.name + "/biases", true);
      return;
    }
    for (const std::string& part : parts) {
      if (use(scope + part, true)) check_shape(scope + part, {layer.channels}, 0);
    }
    layer.has_gamma = use(scope + "gamma", false);
    if (layer.has_gamma) check_shape(scope + "gamma", {layer.channels}, 0);
  }

  void report_missing() const {
    if (missing_.empty()) return;
    constexpr std::size_t kShown = 5;
    std::string text =
        variables_.description() + ": " + std::to_string(missing_.size()) +
        (missing_.size() == 1 ? " variable is missing: " : " variables are missing: ");
    for (std::size_t i = 0; i < std::min(kShown, missing_.size()); ++i) {
      text += (i == 0 ? "" : ", ") + missing_[i];
    }
    if (missing_.size() > kShown) text += ", ...";
    std::string nearest;
    std::size_t nearest_distance = missing_[0].size();
    for (const std::string& name : variables_.names()) {
      const std::size_t distance = edit_distance(missing_[0], name);
      if (used_.count(name) == 0 && distance < nearest_distance) {
        nearest = name;
        nearest_distance = distance;
      }
    }
    if (!nearest.empty())
      text += "; the nearest to the first among the others is " + one_line(nearest);
    throw Error(ErrorCode::model, text);
  }

  const Variables& variables_;
  bool uses_batch_norm_;
  std::vector<Layer> layers_;
  std::vector<std::string> missing_;
  std::set<std::string> used_;
};

void walk_inception(Walk& walk) {
  const auto conv = [&walk](const std::string& name, int kh, int kw, std::int64_t in) {
    return walk.conv("InceptionV3/" + name, kh, kw, in, After::batch_norm);
  };
  // A sum with an unknown part is unknown.
  const auto concat = [](std::initializer_list<std::int64_t> parts) {
    std::int64_t sum = 0;
    for (const std::int64_t part : parts) {
      if (part == kUnknown) return kUnknown;
      sum += part;
    }
    return sum;
  };
  std::int64_t x = conv("Conv2d_1a_3x3", 3, 3, kColours);
  x = conv("Conv2d_2a_3x3", 3, 3, x);
  x = conv("Conv2d_2b_3x3", 3, 3, x);
  x = conv("Conv2d_3b_1x1", 1, 1, x);
  x = conv("Conv2d_4a_3x3", 3, 3, x);
  for (const std::string block : {"Mixed_5b", "Mixed_5c", "Mixed_5d"}) {
    // Mixed_5c's names are irregular in slim, and so in every checkpoint.
    const bool is_5c = block == "Mixed_5c";
    const std::string b = block + "/Branch_";
    const std::int64_t b0 = conv(b + "0/Conv2d_0a_1x1", 1, 1, x);
    std::int64_t b1 = conv(b + (is_5c ? "1/Conv2d_0b_1x1" : "1/Conv2d_0a_1x1"), 1, 1, x);
    b1 = conv(b + (is_5c ? "1/Conv_1_0c_5x5" : "1/Conv2d_0b_5x5"), 5, 5, b1);
    std::int64_t b2 = conv(b + "2/Conv2d_0a_1x1", 1, 1, x);
    b2 = conv(b + "2/Conv2d_0b_3x3", 3, 3, b2);
    b2 = conv(b + "2/Conv2d_0c_3x3", 3, 3, b2);
    const std::int64_t b3 = conv(b + "3/Conv2d_0b_1x1", 1, 1, x);
    x = concat({b0, b1, b2, b3});
  }
  {
    const std::int64_t b0 = conv("Mixed_6a/Branch_0/Conv2d_1a_1x1", 3, 3, x);
    std::int64_t b1 = conv("Mixed_6a/Branch_1/Conv2d_0a_1x1", 1, 1, x);
    b1 = conv("Mixed_6a/Branch_1/Conv2d_0b_3x3", 3, 3, b1);
    b1 = conv("Mixed_6a/Branch_1/Conv2d_1a_1x1", 3, 3, b1);
    x = concat({b0, b1, x});
  }
  for (const std::string block : {"Mixed_6b", "Mixed_6c", "Mixed_6d", "Mixed_6e"}) {
    const std::string b = block + "/Branch_";
    const std::int64_t b0 = conv(b + "0/Conv2d_0a_1x1", 1, 1, x);
    std::int64_t b1 = conv(b + "1/Conv2d_0a_1x1", 1, 1, x);
    b1 = conv(b + "1/Conv2d_0b_1x7", 1, 7, b1);
    b1 = conv(b + "1/Conv2d_0c_7x1", 7, 1, b1);
    std::int64_t b2 = conv(b + "2/Conv2d_0a_1x1", 1, 1, x);
    b2 = conv(b + "2/Conv2d_0b_7x1", 7, 1, b2);
    b2 = conv(b + "2/Conv2d_0c_1x7", 1, 7, b2);
    b2 = conv(b + "2/Conv2d_0d_7x1", 7, 1, b2);
    b2 = conv(b + "2/Conv2d_0e_1x7", 1, 7, b2);
    const std::int64_t b3 = conv(b + "3/Conv2d_0b_1x1", 1, 1, x);
    x = concat({b0, b1, b2, b3});
  }
  walk.expect("Conv", walk.conv("Conv", 1, 1, x, After::bias), kBottleneck);
}

void walk_mobilenet(Walk& walk) {
  constexpr int kBlocks = 17;
  const std::string scope = "MobilenetV2/";
  std::int64_t x = walk.conv(scope + "Conv", 3, 3, kColours, After::batch_norm);
  for (int i = 0; i < kBlocks; ++i) {
    std::string block = scope + "expanded_conv";
    if (i > 0) block.append("_").append(std::to_string(i));
    if (i > 0) x = walk.conv(block + "/expand", 1, 1, x, After::batch_norm);
    x = walk.depthwise(block + "/depthwise", 3, x, After::batch_norm);
    x = walk.conv(block + "/project", 1, 1, x, After::batch_norm);
  }
  x = walk.conv(scope + "Conv_1", 1, 1, x, After::batch_norm);
  walk.expect("mobilenet_conv/Conv", walk.conv("mobilenet_conv/Conv", 1, 1, x, After::bias),
              kBottleneck);
}

class TransformerWalk {
 public:
  TransformerWalk(Walk& walk, TransformerKind kind) : walk_(walk), kind_(kind) {}

  void run() {
    std::int64_t x = contract("conv1", 9, kColours);
    x = contract("conv2", 3, x);
    x = contract("conv3", 3, x);
    for (int i = 1; i <= 5; ++i) {
      const std::string block = "transformer/residual/residual" + std::to_string(i);
      const std::int64_t inner = styled(block, "conv1", 3, x);
      const std::int64_t outer = styled(block, "conv2", 3, inner);
      walk_.expect(block + "/conv2", outer, x);  // it is added to the block's input
    }
    x = styled("transformer/expand/conv1", "conv", 3, x);
    x = styled("transformer/expand/conv2", "conv", 3, x);
    x = styled("transformer/expand/conv3", "conv", 9, x);
    walk_.expect("transformer/expand/conv3", x, kColours);
  }

 private:
  std::int64_t contract(const std::string& name, int k, std::int64_t in) {
    return walk_.conv("transformer/contract/" + name, k, k, in, After::batch_norm);
  }

  // A convolution under conditional instance normalisation, and the two layers that make β and γ.
  std::int64_t styled(const std::string& block, const std::string& name, int k, std::int64_t in) {
    std::int64_t out = kUnknown;
    if (kind_ == TransformerKind::full) {
      out = walk_.conv(block + "/" + name, k, k, in, After::instance_norm);
    } else {
      const std::string separable = block + "/dilate_" + name;
      const std::int64_t depth = walk_.depthwise(separable, k, in, After::instance_norm);
      out = walk_.conv(separable, 1, 1, depth, After::instance_norm, "pointwise_weights");
    }
    for (const char* part : {"/StyleNorm/Conv", "/StyleNorm/Conv_1"}) {
      const std::string style = "style_params/" + block + "/" + name + part;
      walk_.expect(style, walk_.conv(style, 1, 1, kBottleneck, After::bias), out);
    }
    return out;
  }

  Walk& walk_;
  TransformerKind kind_;
};

Architecture detect(const Variables& variables) {
  const bool has_inception = variables.any_starts_with("InceptionV3/");
  const bool has_mobilenet = variables.any_starts_with("MobilenetV2/");
  if (has_inception && has_mobilenet) {
    throw Error(ErrorCode::model, variables.description() +
                                      ": two style predictors (InceptionV3 and MobilenetV2); give "
                                      "the sources of one model");
  }
  if (!variables.any_starts_with("transformer/")) {
    throw Error(ErrorCode::model, variables.description() +
                                      ": no variable starts with 'transformer/'; a model needs its "
                                      "transformer (for TFLite give both files)");
  }
  Architecture architecture;
  architecture.predictor = has_inception   ? PredictorKind::inception_v3
                           : has_mobilenet ? PredictorKind::mobilenet_v2
                                           : PredictorKind::none;
  architecture.transformer =
      variables.any_contains("/dilate_conv") ? TransformerKind::separable : TransformerKind::full;
  return architecture;
}

}  // namespace

Inventory take_inventory(const Variables& variables) {
  const Architecture architecture = detect(variables);
  Walk walk(variables);
  if (architecture.predictor == PredictorKind::inception_v3) walk_inception(walk);
  if (architecture.predictor == PredictorKind::mobilenet_v2) walk_mobilenet(walk);
  TransformerWalk(walk, architecture.transformer).run();
  return walk.finish_inventory(architecture);
}

}  // namespace nst::weights
