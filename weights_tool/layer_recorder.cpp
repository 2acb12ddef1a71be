#include "weights_tool/layer_recorder.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace nst::weights {
namespace {

constexpr std::int64_t kAny = -1;

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

std::string expectation_text(const std::vector<std::int64_t>& expected) {
  std::string text;
  for (const std::int64_t dim : expected) {
    text += (text.empty() ? "[" : ", ") + (dim == kAny ? "any" : std::to_string(dim));
  }
  return text + "]";
}

}  // namespace

LayerRecorder::LayerRecorder(const Variables& variables)
    : variables_(variables), uses_batch_norm_(variables.any_contains("/BatchNorm/")) {}

ConvAnswer LayerRecorder::conv(const ConvQuery& query) const {
  const std::size_t slash = query.weights.rfind('/');
  LayerRecord layer{query.weights.substr(0, slash), query.weights.substr(slash + 1),
                    query.followed_by};
  const bool depthwise = layer.weights == "depthwise_weights";
  layer.channels = depthwise ? query.in_c : query.published_c;
  if (fits(query.weights,
           {query.kernel_h, query.kernel_w, query.in_c, depthwise ? std::int64_t{1} : kAny}) &&
      !depthwise) {
    layer.channels = variables_.find(query.weights)->shape[3];
  }
  const int channels = static_cast<int>(std::min<std::int64_t>(layer.channels, kMaxChannels));
  finish(std::move(layer));
  return {{query.kernel_h, query.kernel_w, query.in_c, channels, query.stride, query.upsample,
           depthwise}};
}

int LayerRecorder::dense(const std::string& layer, int inputs, int outputs) const {
  const std::string weights = layer + "/weights";
  const bool known = fits(weights, {1, 1, inputs == 0 ? kAny : inputs, outputs});
  finish({layer, "weights", FollowedBy::biases, false, false, false, outputs});
  return known ? static_cast<int>(variables_.find(weights)->shape[2]) : inputs;
}

bool LayerRecorder::holds(std::string_view prefix) const {
  return variables_.any_starts_with(prefix);
}

void LayerRecorder::refuse(const std::string& what) const {
  if (recorded_->missing.empty()) {
    throw Error(ErrorCode::model, variables_.description() + ": " + what);
  }
}

bool LayerRecorder::use(const std::string& name, bool is_required) const {
  recorded_->used.insert(name);
  if (variables_.find(name) != nullptr) return true;
  if (is_required) recorded_->missing.push_back(name);
  return false;
}

// Returns true if the variable exists and has the expected shape, false if it is missing. Throws
// Error{model} if it has another shape.
bool LayerRecorder::fits(const std::string& name, const std::vector<std::int64_t>& expected) const {
  if (!use(name, true)) return false;
  const SourceTensor& tensor = *variables_.find(name);
  if (tensor.is_integer) {
    throw Error(ErrorCode::model, variables_.description() + ": tensor '" + one_line(name) +
                                      "' is of type " + tensor.dtype +
                                      "; weights are floating-point numbers");
  }
  const std::vector<std::int64_t>& shape = tensor.shape;
  bool fit = shape.size() == expected.size();
  for (std::size_t i = 0; fit && i < shape.size(); ++i) {
    fit = shape[i] > 0 && shape[i] <= kMaxChannels &&
          (expected[i] == kAny || shape[i] == expected[i]);
  }
  if (fit) return true;
  if (!recorded_->missing.empty()) return false;
  throw Error(ErrorCode::model, variables_.description() + ": tensor '" + one_line(name) +
                                    "' has shape " + shape_text(shape) + ", " +
                                    expectation_text(expected) + " is needed");
}

void LayerRecorder::finish(LayerRecord layer) const {
  const std::string biases = layer.name + "/biases";
  layer.has_bias = use(biases, layer.followed_by == FollowedBy::biases);
  if (layer.followed_by == FollowedBy::batch_norm) finish_batch_norm(layer);
  if (layer.has_bias && layer.followed_by != FollowedBy::instance_norm) {
    fits(biases, {layer.channels});
  }
  recorded_->layers.push_back(std::move(layer));
}

void LayerRecorder::finish_batch_norm(LayerRecord& layer) const {
  const std::string scope = layer.name + "/BatchNorm/";
  const std::vector<std::string> parts = {"beta", "moving_mean", "moving_variance"};
  layer.has_batch_norm = std::any_of(parts.begin(), parts.end(), [&](const std::string& part) {
    return variables_.find(scope + part) != nullptr;
  });
  if (!layer.has_batch_norm && layer.has_bias) return;
  // This source has folded batch norm into the weights, so this layer must have biases.
  if (!layer.has_batch_norm && !uses_batch_norm_) {
    use(layer.name + "/biases", true);
    return;
  }
  for (const std::string& part : parts) fits(scope + part, {layer.channels});
  layer.has_gamma = use(scope + "gamma", false);
  if (layer.has_gamma) fits(scope + "gamma", {layer.channels});
}

void LayerRecorder::check_complete() const {
  const std::vector<std::string>& missing = recorded_->missing;
  if (missing.empty()) return;
  constexpr std::size_t kShown = 5;
  std::string text = variables_.description() + ": " + std::to_string(missing.size()) +
                     (missing.size() == 1 ? " variable is missing: " : " variables are missing: ");
  for (std::size_t i = 0; i < std::min(kShown, missing.size()); ++i) {
    text += (i == 0 ? "" : ", ") + missing[i];
  }
  if (missing.size() > kShown) text += ", ...";
  std::string nearest;
  std::size_t nearest_distance = missing[0].size();
  for (const std::string& name : leftovers()) {
    const std::size_t distance = edit_distance(missing[0], name);
    if (distance < nearest_distance) {
      nearest = name;
      nearest_distance = distance;
    }
  }
  if (!nearest.empty())
    text += "; the nearest to the first among the others is " + one_line(nearest);
  throw Error(ErrorCode::model, text);
}

std::vector<std::string> LayerRecorder::leftovers() const {
  std::vector<std::string> names;
  for (const std::string& name : variables_.names()) {
    if (recorded_->used.count(name) == 0) names.push_back(name);
  }
  return names;
}

}  // namespace nst::weights
