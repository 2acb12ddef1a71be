// Tests with the published weights. They are skipped if the files are missing (in NST_SHARED_DIR,
// otherwise ../shared).
#include <cmath>
#include <map>

#include "base/expect_error.hpp"
#include "base/half.hpp"
#include "support/shared.hpp"
#include "weights_tool/convert.hpp"

using nst::DType;
using nst::NamedTensor;
using nst::test::contains;
using nst::weights::Conversion;
using nst::weights::convert_sources;

namespace {

// Returns the path of a file in the shared folder. If it is missing, prints what is skipped and
// returns "".
std::string shared(const std::string& name) {
  return nst::test::have_shared({name}) ? nst::test::shared_path(name) : "";
}

Conversion convert(const std::vector<std::string>& paths) { return convert_sources(paths); }

std::map<std::string, std::vector<float>> values_of(const Conversion& conversion) {
  std::map<std::string, std::vector<float>> values;
  for (const NamedTensor& tensor : conversion.tensors) values[tensor.name] = tensor.values;
  return values;
}

// Returns the largest difference between two tensors. Each difference is divided by the largest |b|
// of its output channel.
double worst_in_channel(const NamedTensor& a, const std::vector<float>& b) {
  const auto channels = static_cast<std::size_t>(a.shape.back());
  std::vector<double> largest(channels);
  std::vector<double> difference(channels);
  for (std::size_t i = 0; i < b.size(); ++i) {
    const std::size_t c = i % channels;
    largest[c] = std::max(largest[c], std::fabs(static_cast<double>(b[i])));
    difference[c] = std::max(difference[c], std::fabs(static_cast<double>(a.values[i]) - b[i]));
  }
  double worst = 0.0;
  for (std::size_t c = 0; c < channels; ++c) {
    if (difference[c] > 0.0) worst = std::max(worst, difference[c] / largest[c]);
  }
  return worst;
}

}  // namespace

TEST_CASE("The published checkpoint and SavedModel convert to the same bytes") {
  const std::string checkpoint = shared("reference/inception/checkpoint");
  const std::string saved_model = shared("reference/inception/saved_model");
  if (checkpoint.empty() || saved_model.empty()) return;
  const Conversion a = convert({checkpoint});
  const Conversion b = convert({saved_model});
  CHECK(a.tensors.size() == 213);
  CHECK(a.leftovers.empty());
  CHECK(b.leftovers == std::vector<std::string>{"save_counter"});
  CHECK(nst::build_model_file(a.description, a.tensors, DType::f32) ==
        nst::build_model_file(a.description, b.tensors, DType::f32));
}

TEST_CASE("The full float16 transformer is the checkpoint's, rounded") {
  const std::string checkpoint = shared("reference/inception/checkpoint");
  const std::string tflite = shared("models/full/style_transfer_f16_384.tflite");
  if (checkpoint.empty() || tflite.empty()) return;
  const auto expected = values_of(convert({checkpoint}));
  int compared = 0;
  for (const NamedTensor& tensor : convert({tflite}).tensors) {
    // Layers of contract/ are not compared: the reference checkpoint has invented batch norm
    // statistics for them.
    if (contains(tensor.name, "/contract/")) continue;
    CAPTURE(tensor.name);
    std::vector<float> rounded = expected.at(tensor.name);
    for (float& value : rounded) value = nst::half_to_float(nst::float_to_half(value));
    REQUIRE(tensor.values == rounded);
    ++compared;
  }
  CHECK(compared == 65);
}

TEST_CASE("Quantised transformers are the float16 ones within half a step per channel") {
  const std::vector<std::pair<std::string, std::string>> pairs = {
      {"models/full/style_transfer_hybrid.tflite", "models/full/style_transfer_f16_384.tflite"},
      {"models/full/style_transfer_int8.tflite", "models/full/style_transfer_f16_384.tflite"},
      {"models/mobile/style_transfer_int8_384.tflite",
       "models/mobile/style_transfer_f16_384.tflite"}};
  // Without a structured binding, which clang 14 could not capture in the lambda of CAPTURE.
  for (const auto& pair : pairs) {
    CAPTURE(pair.first);
    const std::string a = shared(pair.first);
    const std::string b = shared(pair.second);
    if (a.empty() || b.empty()) continue;
    const auto expected = values_of(convert({b}));
    for (const NamedTensor& tensor : convert({a}).tensors) {
      CAPTURE(tensor.name);
      const std::vector<float>& half_values = expected.at(tensor.name);
      if (!tensor.name.ends_with("/biases")) {
        // The bound allows for quantisation and for float16. The largest value of a channel is 127
        // steps, so half a step is 1/254 of it. float16 adds 2^-11 of the value and 2^-11 of the
        // largest value.
        CHECK(worst_in_channel(tensor, half_values) <= 1.0 / 254 + 0x1p-10);
        continue;
      }
      // The bound allows for half a step of the int32 bias and for the rounding of float16. A step
      // is input scale × weight scale, below 3.8e-4 in these files.
      for (std::size_t i = 0; i < half_values.size(); ++i) {
        const double value = half_values[i];
        CHECK(std::fabs(tensor.values[i] - value) <= 1.9e-4 + std::fabs(value) * 0x1p-11);
      }
    }
  }
}

TEST_CASE("The published mobile pair makes one model") {
  const std::string predictor = shared("models/mobile/style_predict_int8_256.tflite");
  const std::string transformer = shared("models/mobile/style_transfer_f16_384.tflite");
  if (predictor.empty() || transformer.empty()) return;
  const Conversion conversion = convert({predictor, transformer});
  CHECK(conversion.description.architecture.predictor == "mobilenet_v2");
  CHECK(conversion.leftovers.empty());
  const auto values = values_of(conversion);
  CHECK(values.size() == 177);
  CHECK(values.at("MobilenetV2/Conv_1/weights").size() == 320 * 1280);
  CHECK(values.at("MobilenetV2/expanded_conv_16/depthwise/depthwise_weights").size() == 9 * 960);
}

TEST_CASE("The published separable transformer shares its style parameters with the checkpoint") {
  const std::string separable = shared("models/separable-tfjs/model.json");
  const std::string checkpoint = shared("reference/inception/checkpoint");
  if (separable.empty() || checkpoint.empty()) return;
  const auto expected = values_of(convert({checkpoint}));
  const Conversion conversion = convert({separable});
  CHECK(conversion.description.architecture.transformer == "separable");
  CHECK(conversion.leftovers.size() == 12);
  int compared = 0;
  for (const NamedTensor& tensor : conversion.tensors) {
    if (!tensor.name.starts_with("style_params/")) continue;
    CAPTURE(tensor.name);
    // The checkpoint was made from a file with float16 weights. So the values are rounded to
    // float16 before the comparison.
    std::vector<float> rounded = tensor.values;
    for (float& value : rounded) value = nst::half_to_float(nst::float_to_half(value));
    REQUIRE(rounded == expected.at(tensor.name));
    ++compared;
  }
  CHECK(compared == 52);
}

TEST_CASE("An incomplete TF.js download names the first shard that is missing") {
  const std::string tail = shared("models/inception-tfjs-tail/model.json");
  if (tail.empty()) return;
  const std::string message =
      nst::test::expect_error(nst::ErrorCode::model, [&] { convert({tail}); });
  CHECK(contains(message, "group1-shard1of9"));
}

TEST_CASE("The plain safetensors file of the student converts without leftovers") {
  const std::string student = shared("training/student.safetensors");
  if (student.empty()) return;
  const Conversion conversion = convert({student});
  CHECK(conversion.description.source == "safetensors file student.safetensors");
  CHECK(conversion.leftovers.empty());
  CHECK(conversion.tensors.size() == 177);
}
