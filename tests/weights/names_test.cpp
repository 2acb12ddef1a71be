// Tests of the names that other programs give to the layers of the networks.
#include "base/expect_error.hpp"
#include "weights_tool/tflite_names.hpp"
#include "weights_tool/variable_names.hpp"

using nst::weights::canonical_names;
using nst::weights::head_beside;
using nst::weights::layer_of_operator;

namespace {

std::string canonical(const std::string& name, std::vector<std::string> others = {}) {
  others.push_back(name);
  for (const auto& [plain, original] : canonical_names(others)) {
    if (original == name) return plain;
  }
  return "";
}

}  // namespace

TEST_CASE("An operator's layer is the first name of its output without what was fused") {
  const auto check = [](const std::string& output, const std::string& layer) {
    CAPTURE(output);
    CHECK(layer_of_operator(output, "arith.constant7").name == layer);
  };
  check("transformer/contract/conv1/Relu;transformer/contract/conv1/BatchNorm/FusedBatchNorm",
        "transformer/contract/conv1");
  check("MobilenetV2/Conv/Relu6;MobilenetV2/Conv/Conv2D", "MobilenetV2/Conv");
  check("MobilenetV2/expanded_conv/depthwise/Relu6", "MobilenetV2/expanded_conv/depthwise");
  check("MobilenetV2/expanded_conv_1/depthwise/depthwise1",
        "MobilenetV2/expanded_conv_1/depthwise");
  check("MobilenetV2/expanded_conv_1/depthwise/BatchNorm/FusedBatchNormV3;other/layer/Conv2D",
        "MobilenetV2/expanded_conv_1/depthwise");
  check("MobilenetV2/expanded_conv_1/project/BatchNorm/FusedBatchNormV3_int8",
        "MobilenetV2/expanded_conv_1/project");
  check("mobilenet_conv/Conv/BiasAdd_int8", "mobilenet_conv/Conv");
  check("mobilenet_conv/Conv/BiasAdd_int16", "mobilenet_conv/Conv");
  check("Conv/BiasAdd", "Conv");
  check("style_params/transformer/expand/conv1/conv/StyleNorm/Conv_1/BiasAdd",
        "style_params/transformer/expand/conv1/conv/StyleNorm/Conv_1");
  check("InceptionV3/InceptionV3/Mixed_5c/Branch_1/Conv_1_0c_5x5/Relu",
        "InceptionV3/InceptionV3/Mixed_5c/Branch_1/Conv_1_0c_5x5");
  check("transformer/residual/residual1/conv1/dilate_conv1/separable_conv2d/depthwise",
        "transformer/residual/residual1/conv1/dilate_conv1");
}

TEST_CASE("An operator without a layer's name is called after its weights or its graph") {
  CHECK(layer_of_operator("Identity", "transformer/contract/conv1/Conv2D1").name ==
        "transformer/contract/conv1");
  CHECK_FALSE(layer_of_operator("StatefulPartitionedCall:0", "arith.constant").is_known);
  CHECK(layer_of_operator("a/dilate_conv1/separable_conv2d", "x").is_pointwise);
  CHECK_FALSE(layer_of_operator("a/dilate_conv1/separable_conv2d/depthwise", "x").is_pointwise);
  CHECK(head_beside("MobilenetV2/expanded_conv/project") == "mobilenet_conv/Conv");
  CHECK(head_beside("model/InceptionV3/Conv2d_1a_3x3") == "model/Conv");
  CHECK(head_beside("transformer/contract/conv1").empty());
}

TEST_CASE("Scopes, output numbers and reading operations are taken from a variable's name") {
  const std::string weights = "transformer/contract/conv1/weights";
  CHECK(canonical(weights) == weights);
  CHECK(canonical(weights + ":0") == weights);
  CHECK(canonical("import/" + weights) == weights);
  CHECK(canonical("StatefulPartitionedCall/model/" + weights + "/read:0") == weights);
  CHECK(canonical("transformer/contract/conv1/Conv2D/ReadVariableOp") == weights);
  CHECK(canonical("transformer/contract/conv1/BiasAdd/ReadVariableOp") ==
        "transformer/contract/conv1/biases");
  CHECK(canonical("MobilenetV2/Conv/Conv2D_weights") == "MobilenetV2/Conv/weights");
  CHECK(canonical("MobilenetV2/Conv/Conv2D_bn_offset") == "MobilenetV2/Conv/biases");
  CHECK(canonical("MobilenetV2/expanded_conv/depthwise/depthwise_bn_offset") ==
        "MobilenetV2/expanded_conv/depthwise/biases");
  const std::string styles = "style_params/transformer/expand/conv1/conv/StyleNorm/Conv/weights";
  CHECK(canonical("a/b/" + styles) == styles);
  // The last layer, "Conv", is not in the scope InceptionV3. The outer scope that precedes
  // InceptionV3 in other names ("import/") must be removed from its name, too.
  CHECK(canonical("import/Conv/weights", {"import/InceptionV3/Conv2d_1a_3x3/weights"}) ==
        "Conv/weights");
  CHECK(canonical("Conv/weights") == "Conv/weights");
}

TEST_CASE("Copies that optimizers and averages keep do not take the place of a variable") {
  const std::string weights = "transformer/contract/conv1/weights";
  for (const std::string& copy :
       std::vector<std::string>{"ema/" + weights, weights + "/Adam", "beta1_power"}) {
    CAPTURE(copy);
    CHECK(canonical(copy, {weights}) == copy);
  }
  // If the networks' variables are in several outer scopes, only the most frequent one must be
  // removed. The other scopes contain copies.
  const std::string other = "transformer/contract/conv2/weights";
  CHECK(canonical("net/" + weights, {"net/" + other, "slots/" + weights}) == weights);
  CHECK(canonical("slots/" + weights, {"net/" + weights, "net/" + other}) == "slots/" + weights);
}
