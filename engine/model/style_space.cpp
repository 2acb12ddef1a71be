#include "model/style_space.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "model/pseudo_random.hpp"

namespace nst {
namespace {

constexpr std::size_t kProjections = 16;
constexpr std::uint64_t kSeed = 0x5717e;
// Number of values from which a predictor's fingerprint (style_fingerprint) is computed. They are
// the first values of its last layer: the layer is large, and these are enough to identify it.
constexpr std::size_t kPredictorValues = 8192;

// The tensors that identify a transformer. They belong to its last normalised layer, which has
// three channels whatever the width of the network. So the tensors have the same size in every
// transformer.
constexpr const char* kTransformerTensors[] = {
    "style_params/transformer/expand/conv3/conv/StyleNorm/Conv/weights",
    "style_params/transformer/expand/conv3/conv/StyleNorm/Conv_1/weights"};
constexpr std::size_t kTransformerValues = 300;
constexpr const char* kPredictorTensors[] = {"mobilenet_conv/Conv/weights", "Conv/weights"};

// Largest distance between the fingerprints of two networks that count as versions of one network.
// A fingerprint is a list of projections of the weights. The distance is the root mean square
// difference of the two lists. It estimates √(2 − 2 cos φ), where φ is the angle between the
// weights of the two networks. Copies of a published network have a distance of 0.005 to 0.02 from
// it, independent networks above 1. Fine-tuned networks lie between these values; those within 0.2
// (a cosine of 0.98) count as versions.
constexpr double kLargestDistance = 0.2;

struct Lineage {
  const char* space;
  std::array<double, kProjections> projections;
};

// The known transformers and then the known predictors, each with its style space and its
// fingerprint (computed by style_fingerprint).
constexpr Lineage kTransformers[] = {
    // transformer of the published model with a MobileNetV2 predictor
    {kMobileSpace,
     {-2.3318, -1.1734, 0.8636, -0.4070, 0.8078, 0.6030, -3.2957, -1.5458, 0.4845, 1.4033, -1.0300,
      1.4531, -1.5452, 0.3329, 0.9452, 0.3554}},
    // transformers of the published models with an Inception-v3 predictor, full and separable
    {kInceptionSpace,
     {-0.3214, -0.5245, -0.9669, 0.3948, -0.3740, 0.6042, 1.8852, -0.0783, -1.4320, -0.4533, 0.5787,
      -0.2108, -0.3356, -0.4298, -0.7588, 2.8027}},
    // transformer of NST's built-in model
    {kMobileSpace,
     {-0.5662, 0.9431, 0.9848, -0.3612, -0.7692, -0.7189, -0.5537, -1.2532, -0.1845, 0.1774,
      -2.4449, 1.6013, 0.7089, -0.3022, -0.7940, -1.5432}},
};

constexpr Lineage kPredictors[] = {
    // predictor of the published MobileNetV2 model
    {kMobileSpace,
     {-0.1651, 0.8423, 0.4150, 1.4107, -1.0138, -0.7533, -0.3190, -1.0400, 1.1595, -1.1219, -0.5905,
      1.2476, -0.7092, -0.8489, 0.1501, -0.5411}},
    // predictor of the published Inception-v3 models
    {kInceptionSpace,
     {-0.1865, -1.8313, -0.3249, 0.8733, -0.6862, 2.4895, -0.5824, -0.6884, -0.0392, 0.0987, 0.3099,
      -1.5207, -0.0932, -0.8271, -0.0097, 0.2172}},
    // predictor of NST's built-in model
    {kMobileSpace,
     {-1.1952, 1.5184, 0.9047, 0.0589, -1.8596, -2.2407, -1.4633, -1.5385, -1.1064, 0.6421, 0.4953,
      0.2591, 0.9933, -0.3861, 0.4206, 1.5318}},
};

template <std::size_t count>
std::string nearest(const Lineage (&lineages)[count], const std::vector<float>& values) {
  if (values.empty()) return "";
  const std::vector<double> own = style_fingerprint(values);
  for (const Lineage& lineage : lineages) {
    double squares = 0.0;
    for (std::size_t j = 0; j < kProjections; ++j) {
      squares += (own[j] - lineage.projections[j]) * (own[j] - lineage.projections[j]);
    }
    if (std::sqrt(squares / kProjections) < kLargestDistance) return lineage.space;
  }
  return "";
}

}  // namespace

bool is_style_space(std::string_view text) {
  constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
  return !text.empty() && text.size() <= 64 &&
         text.find_first_not_of(kAllowed) == std::string_view::npos;
}

std::vector<double> style_fingerprint(const std::vector<float>& values) {
  std::vector<double> sums(kProjections);
  double squares = 0.0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double value = values[i];
    squares += value * value;
    const std::uint64_t signs = splitmix64(kSeed + i);
    for (std::size_t j = 0; j < kProjections; ++j)
      sums[j] += (signs >> j & 1) != 0 ? value : -value;
  }
  const double length = squares > 0.0 ? std::sqrt(squares) : 1.0;
  for (double& sum : sums) sum /= length;
  return sums;
}

StyleSpaces recognise_style_spaces(const TensorSample& sample) {
  std::vector<float> styles;
  for (const char* name : kTransformerTensors) {
    const std::vector<float> values = sample(name, kTransformerValues);
    styles.insert(styles.end(), values.begin(), values.end());
  }
  StyleSpaces spaces;
  spaces.transformer = nearest(kTransformers, styles);
  for (const char* name : kPredictorTensors) {
    const std::vector<float> values = sample(name, kPredictorValues);
    if (!values.empty()) spaces.predictor = nearest(kPredictors, values);
  }
  return spaces;
}

}  // namespace nst
