// Reads TFLite files: the weights and biases of their convolutions, dequantised and in TensorFlow's
// order. Field numbers and enums: tensorflow/lite/schema/schema.fbs.
#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>

#include "base/hash.hpp"
#include "base/text.hpp"
#include "weights_tool/flatbuffer.hpp"
#include "weights_tool/numbers.hpp"
#include "weights_tool/source_list.hpp"
#include "weights_tool/tflite_names.hpp"

namespace nst::weights {
namespace {

constexpr int kConv2d = 3;
constexpr int kDepthwiseConv2d = 4;
constexpr int kDequantize = 6;
constexpr int kFullyConnected = 9;
constexpr int kDensify = 124;

// Limits of a tensor's shape and name, both of which are copied. In a hostile FlatBuffer, many
// tensors may share one long name or shape, and the copies would fill the memory.
constexpr std::size_t kMaxRank = 8;
constexpr std::size_t kMaxNameBytes = 2048;

// The types that weights and biases may have, with their TensorType numbers.
struct TypeInfo {
  int type;
  const char* name;
  Number number;
};
constexpr TypeInfo kTypes[] = {
    {0, "float32", Number::f32}, {1, "float16", Number::f16},  {2, "int32", Number::i32},
    {3, "uint8", Number::u8},    {4, "int64", Number::i64},    {7, "int16", Number::i16},
    {9, "int8", Number::i8},     {10, "float64", Number::f64},
};

const TypeInfo* find_type(int type) {
  for (const TypeInfo& info : kTypes) {
    if (info.type == type) return &info;
  }
  return nullptr;
}

// A constant tensor that a convolution reads.
struct Tensor {
  std::string name;
  std::vector<std::int64_t> shape;
  const TypeInfo* type = nullptr;
  Bytes data;
  std::vector<float> scales;
  std::vector<std::int64_t> zero_points;
  int quantised_dimension = 0;
};

// A variable of the source: the constant tensor with its values, and what the convolution uses it
// for.
struct Variable {
  Tensor tensor;
  int op_code = kConv2d;
  bool is_bias = false;
};

// One graph of a file. A file has one graph for each signature.
struct Subgraph {
  std::vector<FlatTable> tensors;
  std::vector<FlatTable> operators;
  // Indices of tensors: the output of each Dequantize operator → its input.
  std::map<std::int32_t, std::int32_t> dequantised;
  // Indices of the outputs of Densify operators, which unpack sparse tensors.
  std::set<std::int32_t> densified;
};

class TfliteSource : public ListedSource {
 public:
  TfliteSource(const FileSet& files, const std::string& name)
      : ListedSource("TFLite file " + std::filesystem::path(name).filename().string()),
        file_(files.open(name)),
        reader_(file_.bytes, files.label(name), ErrorCode::model) {
    made_of(files, name);
    const FlatTable model = FlatTable::root(reader_);
    codes_ = operator_codes(model.tables(1));
    buffers_ = model.tables(4);
    const std::vector<FlatTable> subgraphs = model.tables(2);
    if (subgraphs.empty()) reader_.fail("holds no graph");
    if (subgraphs.size() > kMaxSubgraphs) reader_.fail("holds too many graphs");
    for (const FlatTable& table : subgraphs) read_subgraph(table);
    list_variables();
  }

  std::string sha256() const override { return sha256_hex(file_.bytes); }

  std::vector<float> read(const std::string& name) const override {
    const Variable& variable = variables_.at(find(name).name);
    std::vector<float> values = dequantise(variable);
    return variable.is_bias ? values : reorder(values, variable.tensor.shape, variable.op_code);
  }

 private:
  static constexpr std::size_t kMaxSubgraphs = 64;
  // Largest number of tensors and operators in a file, all its graphs together.
  static constexpr std::size_t kMaxParts = 100'000;

  static std::vector<int> operator_codes(const std::vector<FlatTable>& tables) {
    std::vector<int> codes;
    for (const FlatTable& table : tables) {
      // An operator's code is the larger of two fields: the old field can store codes up to 127,
      // the new one all codes.
      codes.push_back(
          std::max<int>(table.scalar<std::int8_t>(0, 0), table.scalar<std::int32_t>(3, 0)));
    }
    return codes;
  }

  int code_of(const FlatTable& op) const {
    const auto index = op.scalar<std::uint32_t>(0, 0);
    if (index >= codes_.size()) reader_.fail("damaged: an operator without a code");
    return codes_[index];
  }

  // Returns entry `i` of an operator's inputs (field 1) or outputs (field 2): the index of a
  // tensor. Returns -1 if there is no such entry.
  std::int32_t operand(const Subgraph& graph, const FlatTable& op, int field, std::size_t i) const {
    const Bytes list = op.vector(field, sizeof(std::int32_t));
    if (list.size() / sizeof(std::int32_t) <= i) return -1;
    std::int32_t index = 0;
    std::memcpy(&index, list.data() + i * sizeof index, sizeof index);
    if (index < -1 || index >= static_cast<std::int64_t>(graph.tensors.size())) {
      reader_.fail("damaged: an operator on tensor " + std::to_string(index));
    }
    return index;
  }

  // Counts a graph's tensors and operators before they are read. In a hostile file, all graphs and
  // all list entries may refer to the same table. Reading a file of a few kilobytes would then take
  // minutes. So the file may have kMaxParts tensors and operators in all.
  void count_parts(const FlatTable& table) {
    for (const int field : {0, 3}) {
      parts_ += table.vector(field, sizeof(std::uint32_t)).size() / sizeof(std::uint32_t);
    }
    if (parts_ > kMaxParts) reader_.fail("holds too many tensors and operators");
  }

  void read_subgraph(const FlatTable& table) {
    count_parts(table);
    Subgraph graph{table.tables(0), table.tables(3), {}, {}};
    for (const FlatTable& op : graph.operators) {
      const int code = code_of(op);
      if (code != kDequantize && code != kDensify) continue;
      const std::int32_t output = operand(graph, op, 2, 0);
      if (code == kDequantize) graph.dequantised[output] = operand(graph, op, 1, 0);
      if (code == kDensify) graph.densified.insert(output);
    }
    std::vector<const FlatTable*> unknown;  // convolutions whose layer's name is not known
    std::string head;
    for (const FlatTable& op : graph.operators) {
      const int code = code_of(op);
      if (code != kConv2d && code != kDepthwiseConv2d && code != kFullyConnected) continue;
      const LayerName layer = layer_of(graph, op);
      if (!layer.is_known) {
        unknown.push_back(&op);
        continue;
      }
      if (head.empty()) head = head_beside(layer.name);
      add_convolution(graph, op, code, layer);
    }
    // The name of the predictor's last layer may be lost: the output of the whole graph is called
    // "Identity" or "StatefulPartitionedCall:0". If exactly one layer is unknown, it is the
    // predictor's last layer.
    const bool is_head =
        unknown.size() == 1 && !head.empty() && variables_.count(head + "/weights") == 0;
    for (const FlatTable* op : unknown) {
      add_convolution(graph, *op, code_of(*op),
                      is_head ? LayerName{head, false, true} : layer_of(graph, *op));
    }
  }

  LayerName layer_of(const Subgraph& graph, const FlatTable& op) const {
    return layer_of_operator(name_of(graph, operand(graph, op, 2, 0)),
                             name_of(graph, constant(graph, op, 1)));
  }

  // Returns the constant tensor from which an operator's input `i` is made, or -1 if the input is
  // not a constant.
  std::int32_t constant(const Subgraph& graph, const FlatTable& op, std::size_t i) const {
    const std::int32_t index = operand(graph, op, 1, i);
    const auto it = graph.dequantised.find(index);
    const std::int32_t source = it != graph.dequantised.end() ? it->second : index;
    if (graph.densified.count(source) != 0 || graph.densified.count(index) != 0) {
      reader_.fail("tensor '" + name_of(graph, source) +
                   "' is sparse, which is not supported; convert the model without "
                   "EXPERIMENTAL_SPARSITY");
    }
    return source;
  }

  std::string name_of(const Subgraph& graph, std::int32_t index) const {
    if (index < 0) return "";
    const Bytes name = graph.tensors[static_cast<std::size_t>(index)].vector(3, 1);
    const Bytes start = name.first(std::min(name.size(), kMaxNameBytes));
    return {start.begin(), start.end()};
  }

  void add_convolution(const Subgraph& graph, const FlatTable& op, int code,
                       const LayerName& layer) {
    const std::int32_t weights = constant(graph, op, 1);
    if (weights < 0) reader_.fail("damaged: a convolution without weights");
    const char* last = code == kDepthwiseConv2d ? "/depthwise_weights"
                       : layer.is_pointwise     ? "/pointwise_weights"
                                                : "/weights";
    add(layer.name + last,
        {constant_tensor(graph, weights, code == kFullyConnected ? 2 : 4), code, false});
    const std::int32_t bias = constant(graph, op, 2);
    if (bias >= 0) add(layer.name + "/biases", {constant_tensor(graph, bias, 1), code, true});
  }

  // Adds a variable. A layer may occur several times, in one graph or in several, as long as it has
  // the same weights.
  void add(const std::string& name, Variable variable) {
    const auto [it, is_new] = variables_.try_emplace(name, std::move(variable));
    if (!is_new && it->second.tensor.data.data() != variable.tensor.data.data()) {
      duplicates_.insert(name);
    }
  }

  void list_variables() {
    std::vector<SourceTensor> tensors;
    std::uint64_t bytes = 0;
    for (const auto& [name, variable] : variables_) {
      const Tensor& tensor = variable.tensor;
      tensors.push_back(
          {name, tensor.type->name,
           variable.is_bias ? tensor.shape : reordered_shape(tensor.shape, variable.op_code)});
      bytes += tensor.data.size();
    }
    // Converters store equal constants only once, so the tensors together may have more bytes than
    // the file. In real files they have only few more. Refuses tensors of more than 8 times the
    // file's size: a hostile small file could otherwise claim a giant model.
    if (bytes > 8 * file_.bytes.size()) reader_.fail("damaged: its tensors share their bytes");
    if (!duplicates_.empty()) {
      reader_.fail("two layers have the name '" + *duplicates_.begin() + "'");
    }
    set_tensors(std::move(tensors));
  }

  // Returns the constant tensor `index`. The messages and their fields:
  // - Tensor{shape = 0, type = 1, buffer = 2, name = 3, quantization = 4, sparsity = 6}
  // - QuantizationParameters{scale = 2, zero_point = 3, quantized_dimension = 6}
  Tensor constant_tensor(const Subgraph& graph, std::int32_t index, std::size_t rank) const {
    const FlatTable& table = graph.tensors[static_cast<std::size_t>(index)];
    Tensor tensor;
    tensor.name = name_of(graph, index);
    const std::string what = "tensor '" + tensor.name + "' ";
    if (table.has(6)) reader_.fail(what + "is sparse, which is not supported");
    const Bytes shape = table.vector(0, sizeof(std::int32_t));
    if (shape.size() / sizeof(std::int32_t) > kMaxRank) {
      reader_.fail(what + "has more than 8 dimensions");
    }
    for (const std::int32_t dim : table.numbers<std::int32_t>(0)) tensor.shape.push_back(dim);
    const int type = table.scalar<std::int8_t>(1, 0);
    tensor.type = find_type(type);
    if (tensor.type == nullptr) {
      reader_.fail(what + "has an unsupported type " + std::to_string(type));
    }
    const auto buffer = table.scalar<std::uint32_t>(2, 0);
    if (buffer >= buffers_.size()) reader_.fail("damaged: a tensor without a buffer");
    tensor.data = buffers_[buffer].vector(0, 1);
    check_constant(tensor, rank);
    FlatTable quantisation;
    if (table.table(4, quantisation)) read_quantisation(quantisation, tensor);
    return tensor;
  }

  void check_constant(const Tensor& tensor, std::size_t rank) const {
    const std::string what = "tensor '" + tensor.name + "' ";
    if (tensor.shape.size() != rank) {
      reader_.fail(what + "has shape " + shape_text(tensor.shape) + ", rank " +
                   std::to_string(rank) + " is needed");
    }
    const std::uint64_t expected =
        checked_mul(shape_elements(tensor.shape, what), number_bytes(tensor.type->number),
                    ErrorCode::model, what);
    if (tensor.data.size() != expected) {
      reader_.fail(what + "has " + std::to_string(tensor.data.size()) + " bytes, its shape " +
                   shape_text(tensor.shape) + " needs " + std::to_string(expected));
    }
  }

  void read_quantisation(const FlatTable& table, Tensor& tensor) const {
    std::int64_t longest = 1;
    for (const std::int64_t dim : tensor.shape) longest = std::max(longest, dim);
    const std::uint64_t scales = table.vector(2, sizeof(float)).size() / sizeof(float);
    const std::uint64_t zeros = table.vector(3, 8).size() / 8;
    if (std::max(scales, zeros) > static_cast<std::uint64_t>(longest)) {
      reader_.fail("tensor '" + tensor.name + "' has " + std::to_string(scales) +
                   " scales for shape " + shape_text(tensor.shape));
    }
    tensor.scales = table.numbers<float>(2);
    tensor.zero_points = table.numbers<std::int64_t>(3);
    tensor.quantised_dimension = table.scalar<std::int32_t>(6, 0);
  }

  // Returns value `i` of a tensor as the integer or float that the file stores.
  template <typename T>
  static double stored(const Tensor& tensor, std::size_t i) {
    T value = 0;
    std::memcpy(&value, tensor.data.data() + i * sizeof value, sizeof value);
    return static_cast<double>(value);
  }
  static double stored(const Tensor& tensor, std::size_t i) {
    switch (tensor.type->number) {
      case Number::i8:
        return stored<std::int8_t>(tensor, i);
      case Number::u8:
        return stored<std::uint8_t>(tensor, i);
      case Number::i16:
        return stored<std::int16_t>(tensor, i);
      case Number::i64:
        return stored<std::int64_t>(tensor, i);
      default:
        return stored<std::int32_t>(tensor, i);
    }
  }

  // Returns the dequantised values (q - zero point) · scale. The tensor has one scale and zero
  // point, or one for each index along its quantised dimension.
  std::vector<float> dequantise(const Variable& variable) const {
    const Tensor& tensor = variable.tensor;
    const Number number = tensor.type->number;
    if (number == Number::f32 || number == Number::f16 || number == Number::f64) {
      return widen(tensor.data, number);
    }
    const std::vector<float>& scales = tensor.scales;
    const std::vector<std::int64_t>& zeros = tensor.zero_points;
    const auto axis = variable.is_bias ? 0 : static_cast<std::size_t>(tensor.quantised_dimension);
    std::uint64_t channels = 1;
    std::uint64_t stride = 1;  // distance, in elements, from one channel to the next
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
    std::vector<float> values(tensor.data.size() / number_bytes(number));
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::uint64_t channel = i / stride % channels;
      const std::int64_t zero = zeros.empty() ? 0 : zeros[zeros.size() == 1 ? 0 : channel];
      values[i] = static_cast<float>((stored(tensor, i) - static_cast<double>(zero)) *
                                     static_cast<double>(scales[channel]));
    }
    return values;
  }

  // Returns the shape of a tensor in TensorFlow's order, given its shape in TFLite's order:
  //
  // - convolution [oc, kh, kw, ic] -> [kh, kw, ic, oc]
  // - depthwise [1, kh, kw, c] -> [kh, kw, c, 1]
  // - fully connected [out, in] -> the 1×1 convolution [1, 1, in, out]
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

  FileData file_;
  ByteReader reader_;
  std::size_t parts_ = 0;
  std::vector<int> codes_;
  std::vector<FlatTable> buffers_;
  std::map<std::string, Variable> variables_;
  std::set<std::string> duplicates_;
};

}  // namespace

std::unique_ptr<Source> open_tflite(const FileSet& files, const std::string& name) {
  return std::make_unique<TfliteSource>(files, name);
}

}  // namespace nst::weights
