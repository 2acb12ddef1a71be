#include "weights_tool/tflite_names.hpp"

#include <cctype>
#include <string_view>

#include "weights_tool/variable_names.hpp"

namespace nst::weights {
namespace {

// The parts that TensorFlow appends to a layer's name: the names of its operations, of operations
// that the converter fuses, and of variables.
constexpr std::string_view kOperations[] = {
    "Relu6",
    "Relu",
    "FusedBatchNormV3",
    "FusedBatchNorm",
    "BatchNorm",
    "BiasAdd",
    "Conv2D",
    "depthwise",
    "separable_conv2d",
    "ReadVariableOp",
    "weights",
    "depthwise_weights",
    "pointwise_weights",
    "biases",
    "read",
    "convolution",
    "batchnorm",
    "add",
    "add_1",
    "Reshape",
    "Squeeze",
    "SpatialSqueeze",
};

bool ends_in(std::string_view text, std::string_view ending) { return text.ends_with(ending); }

// Removes the suffix of copies and of quantised forms. "Conv2D1" gives "Conv2D"; "BiasAdd_int8"
// gives "BiasAdd".
std::string_view without_mark(std::string_view part) {
  for (const std::string_view mark : {"_int8", "_int16", "_uint8", "_quant", "_requantized"}) {
    if (ends_in(part, mark)) part.remove_suffix(mark.size());
  }
  for (const std::string_view operation : kOperations) {
    if (!part.starts_with(operation)) continue;
    std::string_view rest = part.substr(operation.size());
    if (rest.starts_with('_')) rest.remove_prefix(1);
    bool is_number = true;
    for (const char c : rest) is_number = is_number && std::isdigit(static_cast<unsigned char>(c));
    if (is_number) return operation;
  }
  return part;
}

bool is_operation(std::string_view part) {
  for (const std::string_view operation : kOperations) {
    if (part == operation) return true;
  }
  return false;
}

// Returns the layer to which a tensor belongs, by the tensor's name. The names of fused operations
// are joined by ';'. Only the first one is used. The others may belong to other layers, because the
// converter stores equal constants of several layers only once.
LayerName layer_of(const std::string& tensor) {
  std::string name = tensor.substr(0, tensor.find(';'));
  if (name.ends_with(":0")) name.resize(name.size() - 2);
  bool is_separable = false;
  bool is_depthwise = false;
  for (;;) {
    const std::size_t slash = name.rfind('/');
    if (slash == std::string::npos) break;
    const std::string_view last = without_mark(std::string_view(name).substr(slash + 1));
    if (!is_operation(last)) {
      // A layer's own name may also end in a suffix such as "_int8": "mobilenet_conv/Conv_int8".
      // without_mark() has removed it from `last`.
      name.resize(slash + 1 + last.size());
      break;
    }
    // In MobileNetV2, "expanded_conv/depthwise/depthwise" is the operation of the layer
    // "expanded_conv/depthwise". So "depthwise" after the block's name is not removed.
    const std::string_view above = std::string_view(name).substr(0, slash);
    const bool is_block = above.substr(above.rfind('/') + 1).starts_with("expanded_conv");
    if (last == "depthwise" && is_block) break;
    is_separable = is_separable || last == "separable_conv2d" || last == "pointwise_weights";
    is_depthwise = is_depthwise || last == "depthwise" || last == "depthwise_weights";
    name.resize(slash);
  }
  const std::string layer = name.substr(name.rfind('/') + 1);
  is_separable = is_separable || layer.starts_with("dilate_");
  return {name, is_separable && !is_depthwise, is_layer_of_family(name)};
}

}  // namespace

LayerName layer_of_operator(const std::string& output, const std::string& weights) {
  const LayerName by_output = layer_of(output);
  if (by_output.is_known) return by_output;
  const LayerName by_weights = layer_of(weights);
  return by_weights.is_known ? by_weights : by_output;
}

std::string head_beside(const std::string& layer) {
  constexpr struct {
    std::string_view root, head;
  } kPredictors[] = {{"MobilenetV2/", "mobilenet_conv/Conv"}, {"InceptionV3/", "Conv"}};
  for (const auto& [root, head] : kPredictors) {
    const std::size_t at = layer.find(root);
    if (at != std::string::npos) return layer.substr(0, at).append(head);
  }
  return "";
}

}  // namespace nst::weights
