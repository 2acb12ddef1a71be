#include "weights_tool/convert.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>

#include "base/expect_error.hpp"
#include "base/temporary_folder.hpp"
#include "weights/weight_fixtures.hpp"
#include "weights_tool/fold.hpp"

using nst::DType;
using nst::ErrorCode;
using nst::NamedTensor;
using nst::PaddingKind;
using nst::test::contains;
using nst::test::expect_error;
using nst::test::fixture_values;
using nst::test::TemporaryFolder;
using nst::test::weight_fixture;
using nst::weights::Conversion;
using nst::weights::convert_sources;

namespace {

Conversion convert(const std::string& fixture) {
  return convert_sources({weight_fixture(fixture)});
}

std::map<std::string, std::vector<float>> values_of(const Conversion& conversion) {
  std::map<std::string, std::vector<float>> values;
  for (const NamedTensor& tensor : conversion.tensors) values[tensor.name] = tensor.values;
  return values;
}

// A source of weights in memory, whose tensors a test chooses.
class MadeUpSource : public nst::weights::Source {
 public:
  explicit MadeUpSource(const Conversion& conversion) {
    for (const NamedTensor& tensor : conversion.tensors)
      set(tensor.name, tensor.shape, tensor.values);
  }
  void set(const std::string& name, std::vector<std::int64_t> shape, std::vector<float> values) {
    items_[name] = {{name, "float32", std::move(shape)}, std::move(values)};
    list();
  }
  void erase(const std::string& name) {
    items_.erase(name);
    list();
  }
  std::string description() const override { return "made-up source"; }
  std::string sha256() const override { return "0"; }
  std::vector<std::string> files() const override { return {}; }
  const std::vector<nst::weights::SourceTensor>& tensors() const override { return tensors_; }
  std::vector<float> read(const std::string& name) const override { return items_.at(name).second; }

 private:
  void list() {
    tensors_.clear();
    for (const auto& [name, item] : items_) tensors_.push_back(item.first);
  }
  std::map<std::string, std::pair<nst::weights::SourceTensor, std::vector<float>>> items_;
  std::vector<nst::weights::SourceTensor> tensors_;
};

std::string inventory_refusal(const MadeUpSource& source) {
  return expect_error(ErrorCode::model, [&] {
    const nst::weights::Variables variables({&source});
    nst::weights::read_layers(variables, nst::weights::take_inventory(variables));
  });
}

}  // namespace

TEST_CASE("A checkpoint and a SavedModel of the same weights give the same bytes") {
  Conversion checkpoint = convert("checkpoint");
  Conversion saved_model = convert("saved_model");
  CHECK(checkpoint.description.source_sha256 != saved_model.description.source_sha256);
  saved_model.description = checkpoint.description;
  CHECK(nst::build_model_file(checkpoint.description, checkpoint.tensors, DType::f32) ==
        nst::build_model_file(saved_model.description, saved_model.tensors, DType::f32));
}

TEST_CASE("A conversion takes what the network needs and names what it leaves") {
  const Conversion conversion = convert("checkpoint");
  CHECK(conversion.description.architecture.predictor == "inception_v3");
  CHECK(conversion.description.architecture.transformer == "full");
  CHECK(conversion.tensors.size() == 213);
  CHECK(nst::weights::describe_leftovers(conversion.leftovers) ==
        "4 variables not needed: global_step, transformer/contract/conv1/weights/Adam, "
        "transformer/contract/conv1/weights/Adam_1, ...");
  CHECK(nst::weights::describe_leftovers({"a"}) == "1 variable not needed: a");
  CHECK(nst::weights::describe_leftovers({}).empty());
}

TEST_CASE("Batch norm is folded, everything else is taken as it is") {
  const Conversion conversion = convert("checkpoint");
  int folded = 0;
  int copied = 0;
  for (const NamedTensor& tensor : conversion.tensors) {
    CAPTURE(tensor.name);
    const std::size_t slash = tensor.name.rfind('/');
    const std::string layer = tensor.name.substr(0, slash);
    if (!layer.starts_with("InceptionV3/") && !contains(layer, "/contract/")) {
      REQUIRE(tensor.values == fixture_values(tensor.name, tensor.values.size()));
      ++copied;
      continue;
    }
    ++folded;
    const auto channels = static_cast<std::size_t>(tensor.shape.back());
    const auto beta = fixture_values(layer + "/BatchNorm/beta", channels);
    const auto mean = fixture_values(layer + "/BatchNorm/moving_mean", channels);
    const auto variance = fixture_values(layer + "/BatchNorm/moving_variance", channels);
    const bool is_bias = tensor.name.ends_with("/biases");
    const auto weights = fixture_values(tensor.name, tensor.values.size());
    for (std::size_t i = 0; i < tensor.values.size(); ++i) {
      const std::size_t c = i % channels;
      const long double scale = 1.0L / std::sqrt(static_cast<long double>(variance[c]) + 0.001f);
      const long double expected = is_bias ? beta[c] - mean[c] * scale : weights[i] * scale;
      // The result is computed in double and rounded once to float32. So the bound is half a unit
      // in the last place, plus the small error of double.
      const float size = std::fabs(tensor.values[i]);
      const long double half_unit = 0.5L * (std::nextafter(size, INFINITY) - size);
      REQUIRE(std::fabs(tensor.values[i] - expected) <= half_unit + 1e-15L);
    }
  }
  CHECK(folded == 2 * (70 + 3));
  CHECK(copied == 2 + 13 + 13 * 4);
}

TEST_CASE("A batch norm with gamma and a convolution with a bias fold as the formula says") {
  // The weights of a 1×1 convolution with 2 input and 2 output channels.
  std::vector<float> weights = {1.0f, 2.0f, 3.0f, 4.0f};
  const std::vector<float> biases = nst::weights::fold_batch_norm(
      weights, {1.0f, -1.0f}, {{2.0f, 0.5f}, {0.25f, 0.5f}, {3.0f, 1.0f}, {3.999f, 0.249f}}, "l");
  // variance + eps is 4 and 0.25, gamma is 2 and 0.5. So both scales, gamma / sqrt(variance + eps),
  // are 1, and folding does not change the weights. The checks allow for rounding, because
  // eps = 0.001 is not exact in float32.
  CHECK(weights[0] == doctest::Approx(1.0f));
  CHECK(weights[1] == doctest::Approx(2.0f));
  CHECK(weights[3] == doctest::Approx(4.0f));
  CHECK(biases[0] == doctest::Approx(0.25f + (1.0f - 3.0f) * 1.0f));
  CHECK(biases[1] == doctest::Approx(0.5f + (-1.0f - 1.0f) * 1.0f));
  expect_error(ErrorCode::model, [&] {
    nst::weights::fold_batch_norm(weights, {}, {{}, {0, 0}, {0, 0}, {1.0f, -0.5f}}, "l");
  });
}

TEST_CASE("The TFLite converter folds batch norm to the same numbers") {
  const auto checkpoint = values_of(convert("checkpoint"));
  const Conversion tflite = convert("transformer_f32.tflite");
  CHECK(tflite.description.architecture.predictor == "none");
  CHECK(tflite.leftovers.empty());
  CHECK(tflite.tensors.size() == 6 + 13 + 13 * 4);
  for (const NamedTensor& tensor : tflite.tensors) {
    const std::vector<float>& expected = checkpoint.at(tensor.name);
    REQUIRE(tensor.values.size() == expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
      // The bound allows a few rounding errors of numbers up to 2, because the TensorFlow Lite
      // converter folds batch norm in float32.
      REQUIRE(std::fabs(tensor.values[i] - expected[i]) <= 1e-6f);
    }
  }
}

TEST_CASE("TF.js gives the separable transformer") {
  const Conversion conversion =
      convert_sources({weight_fixture("tfjs")}, {.padding = PaddingKind::zero});
  CHECK(conversion.description.architecture.transformer == "separable");
  CHECK(conversion.description.architecture.padding == PaddingKind::zero);
  CHECK(conversion.tensors.size() == 6 + 13 * 2 + 13 * 4);
  CHECK(conversion.leftovers.empty());
}

TEST_CASE("Missing variables are listed with the nearest name there is") {
  const std::string message = expect_error(ErrorCode::model, [] { convert("missing"); });
  CHECK(contains(message, "2 variables are missing"));
  CHECK(contains(message, "transformer/residual/residual3/conv2/weights"));
  CHECK(contains(message, "style_params/transformer/expand/conv1/conv/StyleNorm/Conv_1/biases"));
  CHECK(contains(message, "is transformer/residual/residual3/conv_2/weights"));
  const std::string many = expect_error(ErrorCode::model, [] { convert("saved_model_unnamed"); });
  CHECK(contains(many, "75 variables are missing"));
  // The message lists only five of the names, each followed by a comma, and then "...".
  CHECK(std::count(many.begin(), many.end(), ',') == 5);
}

TEST_CASE("A corrupt tensor is named with its file") {
  const std::string message = expect_error(ErrorCode::model, [] { convert("corrupt"); });
  CHECK(contains(message, "transformer/expand/conv3/conv/weights"));
  CHECK(contains(message, "checksum mismatch"));
  CHECK(contains(message, "model.ckpt.data-00000-of-00001"));
}

TEST_CASE("A model converts to itself") {
  const Conversion first = convert("tfjs");
  const TemporaryFolder folder;
  const std::string path = folder.file(
      "m.safetensors", nst::build_model_file(first.description, first.tensors, DType::f32));
  const Conversion again = convert_sources({path});
  CHECK(again.description.source == "NST model m.safetensors");
  CHECK(values_of(again) == values_of(first));
}

TEST_CASE("Sources are merged, but not two of the same") {
  const TemporaryFolder folder;
  const Conversion whole = convert("checkpoint");
  std::vector<NamedTensor> predictor;
  std::vector<NamedTensor> transformer;
  for (const NamedTensor& tensor : whole.tensors) {
    const bool is_predictor =
        tensor.name.starts_with("InceptionV3/") || tensor.name.starts_with("Conv/");
    (is_predictor ? predictor : transformer).push_back(tensor);
  }
  const std::string a =
      folder.file("a.safetensors", nst::build_model_file({}, predictor, DType::f32));
  const std::string b =
      folder.file("b.safetensors", nst::build_model_file({}, transformer, DType::f32));
  const Conversion merged = convert_sources({a, b});
  CHECK(values_of(merged) == values_of(whole));
  CHECK(merged.description.source == "NST model a.safetensors + NST model b.safetensors");
  CHECK(merged.description.source_sha256.size() == 64 + 3 + 64);
  CHECK(contains(expect_error(ErrorCode::model,
                              [&] {
                                convert_sources({a, b, b});
                              }),
                 "in more than one of the sources"));
  CHECK(contains(expect_error(ErrorCode::model, [&] { convert_sources({a}); }),
                 "a model needs its transformer"));
}

TEST_CASE("Shapes that do not fit the network are refused with both shapes") {
  const Conversion whole = convert("transformer_f32.tflite");
  {
    MadeUpSource source(whole);
    source.set("transformer/contract/conv2/weights", {3, 3, 2, 2}, std::vector<float>(36));
    const std::string message = inventory_refusal(source);
    CHECK(contains(message, "has shape [3, 3, 2, 2], [3, 3, 1, any] is needed"));
  }
  {
    MadeUpSource source(whole);
    source.set("transformer/residual/residual2/conv2/weights", {3, 3, 4, 3},
               std::vector<float>(108));
    CHECK(contains(inventory_refusal(source),
                   "residual2/conv2/StyleNorm/Conv/weights' has shape [1, 1, 100, 4], [1, 1, 100, "
                   "3] is needed"));
  }
  {
    MadeUpSource source(whole);
    source.set("transformer/contract/conv1/biases", {2}, {0.0f, 0.0f});
    CHECK(contains(inventory_refusal(source), "conv1/biases' has shape [2], [1] is needed"));
  }
  {
    MadeUpSource source(whole);
    source.set("style_params/transformer/expand/conv3/conv/StyleNorm/Conv/weights", {1, 1, 99, 3},
               std::vector<float>(297));
    CHECK(contains(inventory_refusal(source), "[1, 1, 100, 3] is needed"));
  }
}

TEST_CASE("Values that are not finite, missing biases and two predictors are refused") {
  const Conversion whole = convert("transformer_f32.tflite");
  {
    MadeUpSource source(whole);
    source.set("transformer/contract/conv1/biases", {1}, {NAN});
    CHECK(contains(inventory_refusal(source), "not finite"));
  }
  {
    MadeUpSource source(whole);
    source.erase("transformer/contract/conv1/biases");
    CHECK(contains(inventory_refusal(source),
                   "1 variable is missing: transformer/contract/conv1/biases"));
  }
  {
    MadeUpSource source(whole);
    source.erase("transformer/contract/conv1/biases");
    source.set("transformer/contract/conv1/BatchNorm/beta", {1}, {0.0f});
    CHECK(contains(inventory_refusal(source),
                   "2 variables are missing: transformer/contract/conv1/BatchNorm/moving_mean"));
  }
  {
    MadeUpSource source(whole);
    source.set("InceptionV3/a", {1}, {0.0f});
    source.set("MobilenetV2/a", {1}, {0.0f});
    CHECK(contains(inventory_refusal(source), "two style predictors"));
  }
}
