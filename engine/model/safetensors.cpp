#include "model/safetensors.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <optional>

#include "base/half.hpp"
#include "base/strict_json.hpp"
#include "base/text.hpp"
#include "nst/error.hpp"

namespace nst {
namespace {

constexpr std::uint64_t kMaxHeaderBytes = 16u << 20;
constexpr std::size_t kMaxRank = 8;
// The length of the header is a multiple of this number of bytes. So the data after the header is
// aligned.
constexpr std::size_t kHeaderAlignment = 8;

struct Extent {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::string tensor;
};

struct TypeInfo {
  DType dtype;
  const char* name;
  std::size_t bits;
};
constexpr TypeInfo kTypes[] = {
    {DType::f32, "F32", 32},        {DType::f16, "F16", 16},        {DType::bf16, "BF16", 16},
    {DType::f64, "F64", 64},        {DType::i64, "I64", 64},        {DType::i32, "I32", 32},
    {DType::i16, "I16", 16},        {DType::i8, "I8", 8},           {DType::u64, "U64", 64},
    {DType::u32, "U32", 32},        {DType::u16, "U16", 16},        {DType::u8, "U8", 8},
    {DType::boolean, "BOOL", 8},    {DType::c64, "C64", 64},        {DType::f8_e4m3, "F8_E4M3", 8},
    {DType::f8_e5m2, "F8_E5M2", 8}, {DType::f8_e8m0, "F8_E8M0", 8}, {DType::f6_e2m3, "F6_E2M3", 6},
    {DType::f6_e3m2, "F6_E3M2", 6}, {DType::f4, "F4", 4},
};

const TypeInfo& type_info(DType dtype) {
  for (const TypeInfo& type : kTypes) {
    if (type.dtype == dtype) return type;
  }
  throw Error(ErrorCode::internal, "a tensor type without a name");
}

// Parses one member of the header, which describes a tensor. Messages call the file `file`.
class TensorParser {
 public:
  TensorParser(const std::string& file, JsonValue value)
      : where_(one_line(file) + ": tensor '" + one_line(value.key()) + "'"), value_(value) {
    if (!value.is_object() || value.size() != 3) {
      fail("needs exactly dtype, shape and data_offsets");
    }
  }

  DType dtype() const {
    const JsonValue name = member("dtype");
    for (const TypeInfo& type : kTypes) {
      if (name.is_text() && name.text() == type.name) return type.dtype;
    }
    fail("has the unknown dtype '" + one_line(name.text()) + "'");
  }

  std::vector<std::int64_t> shape() const {
    const JsonValue dims = member("shape");
    if (!dims.is_array() || dims.size() > kMaxRank) fail("has no proper shape");
    std::vector<std::int64_t> shape;
    for (const JsonValue dim : dims) {
      const std::uint64_t side = dim.count().value_or(UINT64_MAX);
      if (side > INT32_MAX) fail("has a shape that is not made of counts below 2^31");
      shape.push_back(static_cast<std::int64_t>(side));
    }
    return shape;
  }

  Extent extent() const {
    const JsonValue ends = member("data_offsets");
    if (!ends.is_array() || ends.size() != 2) fail("has no proper data_offsets");
    const auto begin = (*ends.begin()).count();
    const auto end = (*++ends.begin()).count();
    if (!begin || !end || *begin > *end) fail("has no proper data_offsets");
    return {*begin, *end, {}};
  }

  [[noreturn]] void fail(const std::string& what) const {
    throw Error(ErrorCode::model, where_ + " " + what);
  }
  const std::string& where() const { return where_; }

 private:
  JsonValue member(const char* key) const {
    const std::optional<JsonValue> value = value_.find(key);
    if (!value) fail(std::string("has no ") + key);
    return *value;
  }

  std::string where_;
  JsonValue value_;
};

std::map<std::string, std::string> parse_metadata(JsonValue value, const ByteReader& reader) {
  if (!value.is_object()) reader.fail("__metadata__ is not an object");
  std::map<std::string, std::string> metadata;
  for (const JsonValue entry : value) {
    const std::string key(entry.key());
    if (!entry.is_text()) reader.fail("__metadata__ entry '" + key + "' is not a string");
    metadata.emplace(key, entry.text());
  }
  return metadata;
}

// Throws unless the tensors cover the data exactly, without holes or overlaps.
void check_tiling(std::vector<Extent> extents, std::uint64_t data_bytes, const ByteReader& reader) {
  std::sort(extents.begin(), extents.end(), [](const Extent& a, const Extent& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  std::uint64_t expected = 0;
  for (const Extent& extent : extents) {
    if (extent.begin != expected) {
      reader.fail("tensor '" + extent.tensor + "' starts at data byte " +
                  std::to_string(extent.begin) + " instead of " + std::to_string(expected) +
                  ": the data has a hole or an overlap");
    }
    expected = extent.end;
  }
  if (expected != data_bytes) {
    reader.fail("has " + std::to_string(data_bytes) + " data bytes, its tensors need " +
                std::to_string(expected));
  }
}

// Returns the size in bytes of a tensor with this shape and type. Elements smaller than a byte are
// stored without gaps.
std::uint64_t tensor_bytes(const std::vector<std::int64_t>& shape, DType dtype,
                           std::string_view what) {
  std::uint64_t bits = dtype_bits(dtype);
  for (const std::int64_t dim : shape) {
    bits = checked_mul(bits, static_cast<std::uint64_t>(dim), ErrorCode::model, what);
  }
  return bits / 8 + (bits % 8 != 0 ? 1 : 0);
}

}  // namespace

std::size_t dtype_bits(DType dtype) { return type_info(dtype).bits; }

std::string dtype_name(DType dtype) { return type_info(dtype).name; }

std::uint64_t TensorEntry::element_count() const { return data.size() * 8 / dtype_bits(dtype); }

SafeTensors parse_safetensors(Bytes bytes, const std::string& name) {
  ByteReader reader(bytes, name, ErrorCode::model);
  const auto header_bytes = reader.read<std::uint64_t>("the safetensors header length");
  if (header_bytes > kMaxHeaderBytes) {
    reader.fail("not a safetensors file (its header would take " + std::to_string(header_bytes) +
                " bytes)");
  }
  const Bytes header_text = reader.take(header_bytes, "the safetensors header");
  const JsonDocument header = parse_json_strictly(header_text, name + " header", ErrorCode::model,
                                                  {.max_depth = 4, .max_values = 1'000'000});
  if (!header.root().is_object()) reader.fail("the safetensors header is not a JSON object");
  const Bytes data = reader.take(reader.remaining(), "the tensors");

  SafeTensors contents;
  std::vector<Extent> extents;
  for (const JsonValue member : header.root()) {
    if (member.key() == "__metadata__") {
      contents.metadata = parse_metadata(member, reader);
      continue;
    }
    const TensorParser parser(name, member);
    TensorEntry entry{parser.dtype(), parser.shape(), {}};
    Extent extent = parser.extent();
    if (extent.end > data.size()) {
      parser.fail("ends at data byte " + std::to_string(extent.end) + ", the file has " +
                  std::to_string(data.size()) + ": truncated?");
    }
    const std::uint64_t expected_bytes = tensor_bytes(entry.shape, entry.dtype, parser.where());
    if (extent.end - extent.begin != expected_bytes) {
      parser.fail("holds " + std::to_string(extent.end - extent.begin) + " bytes, its shape " +
                  shape_text(entry.shape) + " needs " + std::to_string(expected_bytes));
    }
    entry.data = data.subspan(extent.begin, expected_bytes);
    extent.tensor = member.key();
    extents.push_back(std::move(extent));
    contents.tensors.emplace(member.key(), std::move(entry));
  }
  check_tiling(std::move(extents), data.size(), reader);
  return contents;
}

std::string safetensors_header(const SafeTensors& contents) {
  std::string text = "{";
  const auto member = [&text](const std::string& key) {
    if (text.back() != '{') text += ',';
    text += json_quoted(key) + ':';
  };
  if (!contents.metadata.empty()) {
    text += "\"__metadata__\":{";
    for (const auto& [key, value] : contents.metadata) {
      member(key);
      text += json_quoted(value);
    }
    text += '}';
  }
  std::uint64_t begin = 0;
  for (const auto& [name, tensor] : contents.tensors) {
    member(name);
    std::string shape;
    for (const std::int64_t dim : tensor.shape) {
      if (!shape.empty()) shape += ',';
      shape += std::to_string(dim);
    }
    const std::uint64_t end = begin + tensor.data.size();
    text += "{\"dtype\":\"" + dtype_name(tensor.dtype) + "\",\"shape\":[" + shape +
            "],\"data_offsets\":[" + std::to_string(begin) + ',' + std::to_string(end) + "]}";
    begin = end;
  }
  text += '}';
  text.append((kHeaderAlignment - text.size() % kHeaderAlignment) % kHeaderAlignment, ' ');
  return text;
}

std::vector<std::uint8_t> serialise_safetensors(const SafeTensors& contents) {
  const std::string text = safetensors_header(contents);
  std::uint64_t data_bytes = 0;
  for (const auto& [name, tensor] : contents.tensors) data_bytes += tensor.data.size();
  std::vector<std::uint8_t> bytes(sizeof(std::uint64_t) + text.size());
  bytes.reserve(bytes.size() + data_bytes);
  const std::uint64_t header_bytes = text.size();
  std::memcpy(bytes.data(), &header_bytes, sizeof header_bytes);
  std::memcpy(bytes.data() + sizeof header_bytes, text.data(), text.size());
  for (const auto& [name, tensor] : contents.tensors) {
    bytes.insert(bytes.end(), tensor.data.begin(), tensor.data.end());
  }
  return bytes;
}

const float* floats_in_place(const TensorEntry& tensor) {
  const void* data = tensor.data.data();
  const bool aligned = reinterpret_cast<std::uintptr_t>(data) % alignof(float) == 0;
  return tensor.dtype == DType::f32 && aligned ? static_cast<const float*>(data) : nullptr;
}

void to_float(const TensorEntry& tensor, float* out) {
  const std::size_t count = tensor.element_count();
  if (count == 0) return;
  if (tensor.dtype == DType::f32) {
    std::memcpy(out, tensor.data.data(), tensor.data.size());
    return;
  }
  if (tensor.dtype != DType::f16) throw Error(ErrorCode::internal, "not a tensor of floats");
  for (std::size_t i = 0; i < count; ++i) {
    std::uint16_t half = 0;
    std::memcpy(&half, tensor.data.data() + 2 * i, sizeof half);
    out[i] = half_to_float(half);
  }
}

std::vector<float> to_float(const TensorEntry& tensor) {
  std::vector<float> values(tensor.element_count());
  to_float(tensor, values.data());
  return values;
}

}  // namespace nst
