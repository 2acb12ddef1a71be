// Tests of models that later versions of TensorFlow have written, and of files of other programs.
#include <cmath>
#include <filesystem>
#include <fstream>

#include "base/expect_error.hpp"
#include "base/temporary_folder.hpp"
#include "model/recognise.hpp"
#include "weights/weight_fixtures.hpp"
#include "weights_tool/convert.hpp"

namespace fs = std::filesystem;
using nst::Content;
using nst::ErrorCode;
using nst::NamedTensor;
using nst::test::contains;
using nst::test::expect_error;
using nst::test::fixture_values;
using nst::test::TemporaryFolder;
using nst::test::weight_fixture;
using nst::weights::convert_sources;
using nst::weights::open_source;

namespace {

std::string foreign(const std::string& name) { return weight_fixture("foreign/" + name); }

std::string refusal(const std::string& path) {
  return expect_error(ErrorCode::model, [&] { open_source(path); });
}

bool has_batch_norm(const std::string& layer) {
  return layer.starts_with("MobilenetV2/") || contains(layer, "/contract/");
}

// Returns the values that a converted tensor must have. Batch norm is folded in double.
std::vector<double> expected(const NamedTensor& tensor) {
  const std::size_t slash = tensor.name.rfind('/');
  const std::string layer = tensor.name.substr(0, slash);
  const bool is_bias = tensor.name.ends_with("/biases");
  const std::vector<float> own = fixture_values(tensor.name, tensor.values.size());
  std::vector<double> values(own.begin(), own.end());
  if (!has_batch_norm(layer)) return values;
  const bool is_depthwise = tensor.name.ends_with("/depthwise_weights");
  const auto channels =
      static_cast<std::size_t>(tensor.shape[is_depthwise ? 2 : tensor.shape.size() - 1]);
  const auto part = [&](const char* name) {
    return fixture_values(layer + "/BatchNorm/" + name, channels);
  };
  const bool is_predictor = layer.starts_with("MobilenetV2/");
  const auto beta = part(is_predictor ? "beta/moving_variance" : "beta");
  const auto mean = part("moving_mean"), variance = part("moving_variance");
  auto gamma = is_predictor ? part("gamma/moving_variance") : std::vector<float>(channels, 16.0f);
  for (float& value : gamma) value /= 16.0f;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t c = i % channels;
    const double scale = static_cast<double>(gamma[c]) /
                         std::sqrt(static_cast<double>(variance[c]) + static_cast<double>(0.001f));
    values[i] = is_bias ? static_cast<double>(beta[c]) - static_cast<double>(mean[c]) * scale
                        : values[i] * scale;
  }
  return values;
}

// Checks the tensors whose names begin with `start`, and returns their number. The error may be
// `relative` times the tensor's largest value. Biases may also differ by `step`, because integer
// models store biases in steps of input scale × weight scale.
int check(const std::vector<NamedTensor>& tensors, const std::string& start, double relative,
          double step = 0.0) {
  int checked = 0;
  for (const NamedTensor& tensor : tensors) {
    if (!tensor.name.starts_with(start)) continue;
    CAPTURE(tensor.name);
    const std::vector<double> truth = expected(tensor);
    double largest = 0.0;
    for (const double value : truth) largest = std::max(largest, std::fabs(value));
    const bool is_bias = tensor.name.ends_with("/biases");
    for (std::size_t i = 0; i < truth.size(); ++i) {
      REQUIRE(std::fabs(static_cast<double>(tensor.values[i]) - truth[i]) <=
              relative * largest + (is_bias ? step : 0.0) + 1e-6);
    }
    ++checked;
  }
  return checked;
}

constexpr int kPredictorTensors = 2 * (1 + 17 + 16 + 17 + 1 + 1);
constexpr int kTransformerTensors = 2 * 3 + 13;
constexpr int kStyleTensors = 4 * 13;

}  // namespace

TEST_CASE("TFLite files whose constants have no names are read by their operators") {
  const auto pair =
      convert_sources({foreign("predict_f32.tflite"), foreign("transfer_f16.tflite")});
  CHECK(check(pair.tensors, "MobilenetV2/", 1e-6) + check(pair.tensors, "mobilenet_conv/", 0.0) ==
        kPredictorTensors);
  CHECK(check(pair.tensors, "transformer/", 0x1p-11) == kTransformerTensors);
  CHECK(check(pair.tensors, "style_params/", 0.0) == kStyleTensors);
  CHECK(pair.notes.size() == 2);
  CHECK_FALSE(pair.description.style_space.has_value());
}

TEST_CASE("Weights of 8 bits with activations of 16 have biases of 64") {
  const auto pair =
      convert_sources({foreign("predict_16x8.tflite"), weight_fixture("transformer_f32.tflite")});
  // A weight may err by half a step; a channel's largest weight is 127 steps. A bias may also err
  // by 1e-3, because biases are stored in steps of input scale × weight scale.
  CHECK(check(pair.tensors, "MobilenetV2/", 0.51 / 127, 1e-3) +
            check(pair.tensors, "mobilenet_conv/", 0.51 / 127, 1e-3) ==
        kPredictorTensors);
}

TEST_CASE("One TFLite file may hold both networks") {
  const auto both = convert_sources({foreign("both.tflite")});
  CHECK(check(both.tensors, "", 1e-6) == kPredictorTensors + kTransformerTensors + kStyleTensors);
}

TEST_CASE("Sparse TFLite weights are refused as such") {
  CHECK(contains(refusal(foreign("sparse.tflite")), "is sparse, which is not supported"));
}

TEST_CASE("A checkpoint of version 1 is read, and an index under another name is no such") {
  const auto source = open_source(foreign("v1/model.ckpt"));
  int checked = 0;
  for (const auto& tensor : source->tensors()) {
    const std::vector<float> values = source->read(tensor.name);
    REQUIRE(values == fixture_values(tensor.name, values.size()));
    ++checked;
  }
  CHECK(checked == 3 * 4 + 13 + kStyleTensors);
  CHECK(open_source(foreign("v1"))->sha256() == source->sha256());
  const TemporaryFolder folder;
  fs::copy(weight_fixture("checkpoint/model.ckpt.index"), folder.file("index"));
  CHECK(contains(refusal(folder.file("index")), "it is the index of a checkpoint"));
}

TEST_CASE("A file of another program is called by its name") {
  using namespace std::string_literals;
  const std::pair<std::string, std::string> kFiles[] = {
      {"", "an empty file"},
      {"\x89HDF\r\n\x1a\n....", "HDF5"},
      {"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."s, "PyTorch"},
      {"\x80\x04}."s, "pickle"},
      {"GGUF....", "GGUF"},
      {"\x93NUMPY.."s, "NumPy"},
      {"7z\xbc\xaf\x27\x1c.."s, "7-Zip"},
      {"version https://git-lfs.github.com/spec/v1\n", "Git LFS"},
      {" \n<!DOCTYPE html><html>", "web page"},
      {"<?xml version=\"1.0\"?><net>", "XML"},
      {"\x08\x07\x12\x07pytorch\x3a\x02\x0a\x00"s, "ONNX"},
      {"\x08\x04\x12\x00\xa2\x1f\x00"s, "Core ML"},
      {"\x0a\x0b\x0a\x01x\x12\x06"s + "Const1" + "\x0a\x0b\x0a\x01y\x12\x06"s + "Const2",
       "frozen TensorFlow graph"},
      {"\x00\x05\x16\x07...."s, "macOS"},
      {"{\"a\": 1}", "weightsManifest"},
  };
  const TemporaryFolder folder;
  for (const auto& file : kFiles) {
    const std::string part = file.second;
    CAPTURE(part);
    std::ofstream(folder.file("m.bin"), std::ios::binary) << file.first;
    CHECK(contains(refusal(folder.file("m.bin")), part));
  }
}

TEST_CASE("A source in a model file's place is answered with the command that converts it") {
  for (const char* name : {"transformer_f32.tflite", "checkpoint/model.ckpt.index",
                           "checkpoint/model.ckpt.data-00000-of-00003", "checkpoint/model.ckpt",
                           "checkpoint", "saved_model", "saved_model/saved_model.pb",
                           "tfjs/model.json", "checkpoint.tar.gz", "foreign/v1/model.ckpt"}) {
    CAPTURE(name);
    const std::string path = weight_fixture(name);
    const std::string message = expect_error(ErrorCode::model, [&] { nst::Model::open(path); });
    CHECK(contains(message, "nst-weights convert " + path + " -o "));
    CHECK(message.ends_with(".safetensors"));
  }
  CHECK(nst::convert_command("a/my model.tflite") ==
        "nst-weights convert 'a/my model.tflite' -o 'my model.safetensors'");
  CHECK(nst::convert_command("x.safetensors") ==
        "nst-weights convert x.safetensors -o x-nst.safetensors");
  CHECK(nst::convert_command("it's.tar.gz") ==
        "nst-weights convert 'it'\\''s.tar.gz' -o 'it'\\''s.safetensors'");
}
