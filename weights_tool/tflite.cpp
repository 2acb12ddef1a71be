// TFLite files: the weights and biases of their convolutions, dequantised, in TensorFlow's order.
// Field numbers and enums: tensorflow/lite/schema/schema.fbs.
#include <algorithm>
#include <filesystem>
#include <optional>

#include "base/hash.hpp"
#include "base/text.hpp"
#include "weights_tool/flatbuffer.hpp"
#include "weights_tool/numbers.hpp"
#include "weights_tool/source_list.hpp"

namespace nst::weights {
namespace {

constexpr int kConv2d = 3;
constexpr int kDepthwiseConv2d = 4;
constexpr int kDequantize = 6;
constexpr int kFullyConnected = 9;

struct Tensor {
  std::string name;
  std::vector<std::int64_t> shape;
  int type = 0;
  Bytes data;  // empty for what is computed at run time
  std::vector<float> scales;
  std::vector<std::int64_t> zero_points;
  int quantised_dimension = 0;
  bool is_sparse = false;
};

struct Operator {
  int code = 0;
  std::vector<std::int32_t> inputs;
  std::vector<std::int32_t> outputs;
};

// A variable as the source lists it: what it is made from.
struct Variable {
  std::size_t tensor = 0;
  int op_code = kConv2d;
  bool is_bias = false;
};

const char* type_name(int type) {
  switch (type) {
    case 0:
      return "float32";
    case 1:
      return "float16";
    case 2:
      return "int32";
    case 3:
      return "uint8";
    case 9:
      return "int8";
    default:
      return "unsupported";
  }
}

std::optional<Number> number_of(int type) {
  switch (type) {
    case 0:
      return Number::f32;
    case 1:
      return Number::f16;
    case 2:
      return Number::i32;
    case 3:
      return Number::u8;
    case 9:
      return Number::i8;
    default:
      return std::nullopt;
  }
}

// "a/b/conv1/Conv2D1" -> "a/b/conv1". The converter names a constant after the variable or after
// the operation it feeds, may add digits to tell it from others, and joins the names of fused
// operations by ';'; the first of them is the one it belongs to.
std::string layer_of(const std::string& tensor_name) {
  std::string name = tensor_name.substr(0, tensor_name.find(';'));
  const std::size_t slash = name.find_last_of('/');
  if (slash == std::string::npos) return name;
  std::string last = name.substr(slash + 1);
  while (!last.empty() && last.back() >= '0' && last.back() <= '9') last.pop_back();
  for (const char* suffix : {"weights", "depthwise_weights", "Conv2D", "depthwise"}) {
    if (last == suffix) return name.substr(0, slash);
  }
  return name;
}

class TfliteSource : public ListedSource {
 public:
  explicit TfliteSource(const std::string& path)
      : ListedSource("TFLite file " + std::filesystem::path(path).filename().string()),
        file_(path, ErrorCode::model),
        reader_(file_.bytes(), path, ErrorCode::model) {
    const FlatTable model = FlatTable::root(reader_);
    const std::vector<FlatTable> subgraphs = model.tables(2);
    if (subgraphs.empty()) reader_.fail("holds no graph");
    parse_tensors(subgraphs[0], model.tables(4));
    const std::vector<Operator> operators = parse_operators(subgraphs[0], model.tables(1));
    std::map<std::int32_t, std::int32_t> dequantised;  // output -> the constant it comes from
    for (const Operator& op : operators) {
      if (op.code == kDequantize && op.inputs.size() == 1 && op.outputs.size() == 1) {
        dequantised[op.outputs[0]] = op.inputs[0];
      }
    }
    std::vector<SourceTensor> tensors;
    for (const Operator& op : operators) {
      if (op.code != kConv2d && op.code != kDepthwiseConv2d && op.code != kFullyConnected) continue;
      add_convolution(op, dequantised, tensors);
    }
    set_tensors(std::move(tensors));
  }

  std::string sha256() const override { return sha256_hex(file_.bytes()); }

  std::vector<float> read(const std::string& name) const override {
    const Variable& variable = variables_.at(find(name).name);
    const Tensor& tensor = tensors_[variable.tensor];
    std::vector<float> values = dequantise(tensor, variable);
    return variable.is_bias ? values : reorder(values, tensor.shape, variable.op_code);
  }

 private:
  void parse_tensors(const FlatTable& subgraph, const std::vector<FlatTable>& buffers) {
    for (const FlatTable& table : subgraph.tables(0)) {
      Tensor tensor;
      for (const std::int32_t dim : table.numbers<std::int32_t>(0)) tensor.shape.push_back(dim);
      tensor.type = table.scalar<std::int8_t>(1, 0);
      const auto buffer = table.scalar<std::uint32_t>(2, 0);
      if (buffer >= buffers.size()) reader_.fail("damaged: a tensor without a buffer");
      tensor.data = buffers[buffer].vector(0, 1);
      tensor.name = table.text(3);
      FlatTable quantisation;
      if (table.table(4, quantisation)) {
        tensor.scales = quantisation.numbers<float>(2);
        tensor.zero_points = quantisation.numbers<std::int64_t>(3);
        tensor.quantised_dimension = quantisation.scalar<std::int32_t>(6, 0);
      }
      tensor.is_sparse = table.has(6);
      tensors_.push_back(std::move(tensor));
    }
  }

  std::vector<Operator> parse_operators(const FlatTable& subgraph,
                                        const std::vector<FlatTable>& codes) const {
    std::vector<Operator> operators;
    for (const FlatTable& table : subgraph.tables(3)) {
      const auto code_index = table.scalar<std::uint32_t>(0, 0);
      if (code_index >= codes.size()) reader_.fail("damaged: an operator without a code");
      const FlatTable& code = codes[code_index];
      Operator op;
      // The old field holds codes up to 127, the new one all of them.
      op.code = std::max<int>(code.scalar<std::int8_t>(0, 0), code.scalar<std::int32_t>(3, 0));
      op.inputs = table.numbers<std::int32_t>(1);
      op.outputs = table.numbers<std::int32_t>(2);
      for (const auto* list : {&op.inputs, &op.outputs}) {
        for (const std::int32_t index : *list) {
          if (index < -1 || index >= static_cast<std::int64_t>(tensors_.size())) {
            reader_.fail("damaged: an operator on tensor " + std::to_string(index));
          }
        }
      }
      operators.push_back(std::move(op));
    }
    return operators;
  }

  void add_convolution(const Operator& op, const std::map<std::int32_t, std::int32_t>& dequantised,
                       std::vector<SourceTensor>& tensors) {
    const auto constant = [&](std::size_t input) -> std::int32_t {
      if (input >= op.inputs.size() || op.inputs[input] < 0) return -1;
      const auto it = dequantised.find(op.inputs[input]);
      return it != dequantised.end() ? it->second : op.inputs[input];
    };
    const std::int32_t weights = constant(1);
    if (weights < 0) reader_.fail("damaged: a convolution without weights");
    const Tensor& tensor = tensors_[static_cast<std::size_t>(weights)];
    check_constant(tensor, op.code == kFullyConnected ? 2 : 4);
    const std::string layer = layer_of(tensor.name);
    const std::string name =
        layer + (op.code == kDepthwiseConv2d ? "/depthwise_weights" : "/weights");
    variables_[name] = {static_cast<std::size_t>(weights), op.code, false};
    tensors.push_back({name, type_name(tensor.type), reordered_shape(tensor.shape, op.code)});

    const std::int32_t bias = constant(2);
    if (bias < 0) return;
    const Tensor& bias_tensor = tensors_[static_cast<std::size_t>(bias)];
    check_constant(bias_tensor, 1);
    variables_[layer + "/biases"] = {static_cast<std::size_t>(bias), op.code, true};
    tensors.push_back({layer + "/biases", type_name(bias_tensor.type), bias_tensor.shape});
  }

  void check_constant(const Tensor& tensor, std::size_t rank) const {
    const std::string what = "tensor '" + tensor.name + "' ";
    const std::optional<Number> number = number_of(tensor.type);
    if (!number) reader_.fail(what + "has an unsupported type " + std::to_string(tensor.type));
    if (tensor.is_sparse) reader_.fail(what + "is sparse, which is not supported");
    if (tensor.shape.size() != rank) {
      reader_.fail(what + "has shape " + shape_text(tensor.shape) + ", rank " +
                   std::to_string(rank) + " is needed");
    }
    const std::uint64_t expected = checked_mul(shape_elements(tensor.shape, what),
                                               number_bytes(*number), ErrorCode::model, what);
    if (tensor.data.size() != expected) {
      reader_.fail(what + "has " + std::to_string(tensor.data.size()) + " bytes, its shape " +
                   shape_text(tensor.shape) + " needs " + std::to_string(expected));
    }
  }

  // Number `i` of a tensor as it is stored, exactly.
  static double stored(const Tensor& tensor, std::size_t i) {
    if (tensor.type == 9) return static_cast<std::int8_t>(tensor.data[i]);
    if (tensor.type == 3) return tensor.data[i];
    std::int32_t value = 0;
    std::memcpy(&value, tensor.data.data() + i * sizeof value, sizeof value);
    return value;
  }

  // (q - zero point) · scale, per tensor or per index of the quantised dimension.
  std::vector<float> dequantise(const Tensor& tensor, const Variable& variable) const {
    if (tensor.type == 0 || tensor.type == 1) return widen(tensor.data, *number_of(tensor.type));
    const std::vector<float>& scales = tensor.scales;
    const std::vector<std::int64_t>& zeros = tensor.zero_points;
    const auto axis = variable.is_bias ? 0 : static_cast<std::size_t>(tensor.quantised_dimension);
    std::uint64_t channels = 1;
    std::uint64_t stride = 1;  // elements between neighbours along the axis
    if (scales.size() != 1 && axis < tensor.shape.size()) {
      channels = static_cast<std::uint64_t>(tensor.shape[axis]);
      for (std::size_t d = axis + 1; d < tensor.shape.size(); ++d) {
        stride *= static_cast<std::uint64_t>(tensor.shape[d]);
      }
    }
    if (scales.size() != channels || scales.empty() ||
        (zeros.size() > 1 && zeros.size() != channels)) {
      reader_.fail("tensor '" + tensor.name + "' has " + std::to_string(scales.size()) +
                   " scales for shape " + shape_text(tensor.shape));
    }
    std::vector<float> values(tensor.data.size() / number_bytes(*number_of(tensor.type)));
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::uint64_t channel = i / stride % channels;
      const std::int64_t zero = zeros.empty() ? 0 : zeros[zeros.size() == 1 ? 0 : channel];
      values[i] = static_cast<float>((stored(tensor, i) - static_cast<double>(zero)) *
                                     static_cast<double>(scales[channel]));
    }
    return values;
  }

  // Convolution [oc, kh, kw, ic] -> [kh, kw, ic, oc]; depthwise [1, kh, kw, c] -> [kh, kw, c, 1];
  // fully connected [out, in] -> the 1×1 convolution [1, 1, in, out].
  static std::vector<std::int64_t> reordered_shape(const std::vector<std::int64_t>& s,
                                                   int op_code) {
    if (op_code == kFullyConnected) return {1, 1, s[1], s[0]};
    return {s[1], s[2], s[3], s[0]};
  }

  static std::vector<float> reorder(const std::vector<float>& values,
                                    const std::vector<std::int64_t>& shape, int op_code) {
    const auto outer = static_cast<std::size_t>(shape[0]);
    if (outer == 0 || (op_code == kDepthwiseConv2d && outer == 1)) return values;
    const std::size_t inner = values.size() / outer;
    std::vector<float> transposed(values.size());
    for (std::size_t o = 0; o < outer; ++o) {
      for (std::size_t i = 0; i < inner; ++i) transposed[i * outer + o] = values[o * inner + i];
    }
    return transposed;
  }

  FileContents file_;
  ByteReader reader_;
  std::vector<Tensor> tensors_;
  std::map<std::string, Variable> variables_;
};

}  // namespace

std::unique_ptr<Source> open_tflite(const std::string& path) {
  return std::make_unique<TfliteSource>(path);
}

}  // namespace nst::weights
