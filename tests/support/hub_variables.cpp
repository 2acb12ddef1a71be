#include "support/hub_variables.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "model/pseudo_random.hpp"
#include "support/layers.hpp"

namespace nst::test {
namespace {

// Pseudo-random integers from 0 to 2^24 - 1, computed from a seed and a variable's name.
using Numbers = std::vector<std::int64_t>;

constexpr std::uint64_t kStep = 0x9e3779b97f4a7c15u;

Numbers numbers(std::uint64_t seed, const std::string& name, std::size_t count) {
  const std::uint64_t key = splitmix64(seed * kStep + fnv1a(name) - kStep);
  Numbers r(count);
  for (std::size_t i = 0; i < count; ++i) {
    r[i] = static_cast<std::int64_t>(splitmix64(key + i * kStep) >> 40);
  }
  return r;
}

std::vector<float> between(const Numbers& r, double low, double high) {
  std::vector<float> values(r.size());
  for (std::size_t i = 0; i < r.size(); ++i) {
    values[i] = static_cast<float>(low + (high - low) * (static_cast<double>(r[i]) / 16777216.0));
  }
  return values;
}

// Returns uniformly distributed weights. Their variance is `variance` divided by the number of
// inputs of an output (fan-in). With zero_sum, the weights of each output channel sum to 0.
std::vector<float> kernel(const Numbers& r, std::size_t channels, double variance, bool zero_sum) {
  const std::size_t fan = r.size() / channels;
  const double scale = std::sqrt(3.0 * variance / static_cast<double>(fan));
  std::vector<double> middle(channels, 8388608.0);
  if (zero_sum) {
    Numbers sums(channels);
    for (std::size_t i = 0; i < r.size(); ++i) sums[i % channels] += r[i];
    for (std::size_t c = 0; c < channels; ++c) {
      middle[c] = static_cast<double>(sums[c]) / static_cast<double>(fan);
    }
  }
  std::vector<float> values(r.size());
  for (std::size_t i = 0; i < r.size(); ++i) {
    values[i] = static_cast<float>(
        scale * ((static_cast<double>(r[i]) - middle[i % channels]) / 8388608.0));
  }
  return values;
}

std::vector<float> style_values(const std::string& name, const Numbers& r, std::size_t channels) {
  if (name.ends_with("/weights")) return kernel(r, channels, 2.5, true);
  // The name of a γ contains "/Conv_1/", that of a β contains "/Conv/".
  if (name.find("/Conv_1/") == std::string::npos) return between(r, -0.4, 0.4);
  if (name.find("/expand/conv3/") != std::string::npos) return between(r, 0.9, 1.3);
  const bool ends_block =
      name.find("/residual/") != std::string::npos && name.find("/conv2/") != std::string::npos;
  return ends_block ? between(r, 0.3, 0.7) : between(r, 0.7, 1.3);
}

// Variance and mean that a layer's values have before its batch norm.
struct Statistics {
  double variance, mean;
};
Statistics statistics(const std::string& name) {
  if (name.starts_with("InceptionV3/Conv2d_1a_3x3/")) return {0.02, 0.1};
  if (name.starts_with("InceptionV3/")) return {0.8, 0.5};
  return {name.starts_with("transformer/contract/conv1/") ? 0.25 : 1.0, 0.4};
}

}  // namespace

HubVariables::HubVariables(const std::string& record, std::uint64_t seed) : seed_(seed) {
  for (const nlohmann::json& entry : load_json(record)) {
    shapes_[entry.at("name")] = entry.at("shape").get<std::vector<std::int64_t>>();
  }
  for (const auto& [name, shape] : shapes_) tensors_.push_back({name, "float32", shape});
}

std::vector<float> HubVariables::read(const std::string& name) const {
  const std::vector<std::int64_t>& shape = shapes_.at(name);
  std::size_t count = 1;
  for (const std::int64_t dim : shape) count *= static_cast<std::size_t>(dim);
  const Numbers r = numbers(seed_, name, count);
  const auto channels = static_cast<std::size_t>(shape.back());
  if (name.starts_with("style_params/")) return style_values(name, r, channels);
  if (name.ends_with("/weights")) return kernel(r, channels, 2.0, name.starts_with("InceptionV3/"));
  if (name.ends_with("/beta")) return between(r, -0.1, 0.3);
  const Statistics s = statistics(name);
  if (name.ends_with("/moving_variance")) return between(r, 0.6 * s.variance, 1.4 * s.variance);
  const double spread = s.mean * std::sqrt(s.variance);
  return between(r, -spread, spread);
}

}  // namespace nst::test
