#include "model/safetensors.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/strict_json.hpp"
#include "base/text.hpp"

namespace nst {
namespace {

using nlohmann::json;

constexpr std::uint64_t kMaxHeaderBytes = 16u << 20;
constexpr std::size_t kMaxRank = 8;
// Header length and header are padded to this, so that the data starts aligned.
constexpr std::size_t kHeaderAlignment = 8;

struct Extent {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::string tensor;
};

// Turns one member of the header into a tensor; `file` names it in messages.
class TensorParser {
 public:
  TensorParser(const std::string& file, const std::string& tensor, const json& value)
      : where_(one_line(file) + ": tensor '" + one_line(tensor) + "'"), value_(value) {
    if (!value.is_object() || value.size() != 3) {
      fail("needs exactly dtype, shape and data_offsets");
    }
  }

  DType dtype() const {
    const json& name = member("dtype");
    if (name == "F32") return DType::f32;
    if (name == "F16") return DType::f16;
    fail("has dtype " + one_line(name.dump()) + "; only F32 and F16 are supported");
  }

  std::vector<std::int64_t> shape() const {
    const json& dims = member("shape");
    if (!dims.is_array() || dims.size() > kMaxRank) fail("has no proper shape");
    std::vector<std::int64_t> shape;
    for (const json& dim : dims) {
      if (!dim.is_number_unsigned() || dim.get<std::uint64_t>() > INT32_MAX) {
        fail("has a shape that is not made of counts below 2^31");
      }
      shape.push_back(dim.get<std::int64_t>());
    }
    return shape;
  }

  Extent extent() const {
    const json& ends = member("data_offsets");
    if (!ends.is_array() || ends.size() != 2 || !ends[0].is_number_unsigned() ||
        !ends[1].is_number_unsigned() ||
        ends[0].get<std::uint64_t>() > ends[1].get<std::uint64_t>()) {
      fail("has no proper data_offsets");
    }
    return {ends[0].get<std::uint64_t>(), ends[1].get<std::uint64_t>(), {}};
  }

  [[noreturn]] void fail(const std::string& what) const {
    throw Error(ErrorCode::model, where_ + " " + what);
  }
  const std::string& where() const { return where_; }

 private:
  const json& member(const char* key) const {
    const auto it = value_.find(key);
    if (it == value_.end()) fail(std::string("has no ") + key);
    return *it;
  }

  std::string where_;
  const json& value_;
};

std::map<std::string, std::string> parse_metadata(const json& value, const ByteReader& reader) {
  if (!value.is_object()) reader.fail("__metadata__ is not an object");
  std::map<std::string, std::string> metadata;
  for (const auto& [key, text] : value.items()) {
    if (!text.is_string()) reader.fail("__metadata__ entry '" + key + "' is not a string");
    metadata.emplace(key, text.get<std::string>());
  }
  return metadata;
}

// The tensors must tile the data exactly: no byte unexplained, none explained twice.
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

std::uint64_t element_product(const std::vector<std::int64_t>& shape, std::string_view what) {
  std::uint64_t count = 1;
  for (const std::int64_t dim : shape) {
    count = checked_mul(count, static_cast<std::uint64_t>(dim), ErrorCode::model, what);
  }
  return count;
}

}  // namespace

std::size_t dtype_bytes(DType dtype) { return dtype == DType::f32 ? 4 : 2; }

std::string dtype_name(DType dtype) { return dtype == DType::f32 ? "F32" : "F16"; }

std::uint64_t TensorEntry::element_count() const { return data.size() / dtype_bytes(dtype); }

SafeTensors parse_safetensors(Bytes bytes, const std::string& name) {
  ByteReader reader(bytes, name, ErrorCode::model);
  const auto header_bytes = reader.read<std::uint64_t>("the safetensors header length");
  if (header_bytes > kMaxHeaderBytes) {
    reader.fail("not a safetensors file (its header would take " + std::to_string(header_bytes) +
                " bytes)");
  }
  const Bytes header_text = reader.take(header_bytes, "the safetensors header");
  const json header = parse_json_strictly(header_text, name + " header", ErrorCode::model,
                                          {.max_depth = 4, .max_values = 1'000'000});
  if (!header.is_object()) reader.fail("the safetensors header is not a JSON object");
  const Bytes data = reader.take(reader.remaining(), "the tensors");

  SafeTensors contents;
  std::vector<Extent> extents;
  for (const auto& [key, value] : header.items()) {
    if (key == "__metadata__") {
      contents.metadata = parse_metadata(value, reader);
      continue;
    }
    const TensorParser parser(name, key, value);
    TensorEntry entry{parser.dtype(), parser.shape(), {}};
    Extent extent = parser.extent();
    if (extent.end > data.size()) {
      parser.fail("ends at data byte " + std::to_string(extent.end) + ", the file has " +
                  std::to_string(data.size()) + ": truncated?");
    }
    const std::uint64_t expected_bytes =
        checked_mul(element_product(entry.shape, parser.where()), dtype_bytes(entry.dtype),
                    ErrorCode::model, parser.where());
    if (extent.end - extent.begin != expected_bytes) {
      parser.fail("holds " + std::to_string(extent.end - extent.begin) + " bytes, its shape " +
                  shape_text(entry.shape) + " needs " + std::to_string(expected_bytes));
    }
    entry.data = data.subspan(extent.begin, expected_bytes);
    extent.tensor = key;
    extents.push_back(std::move(extent));
    contents.tensors.emplace(key, std::move(entry));
  }
  check_tiling(std::move(extents), data.size(), reader);
  return contents;
}

std::vector<std::uint8_t> serialise_safetensors(const SafeTensors& contents) {
  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  if (!contents.metadata.empty()) {
    for (const auto& [key, value] : contents.metadata) header["__metadata__"][key] = value;
  }
  std::uint64_t data_bytes = 0;
  for (const auto& [name, tensor] : contents.tensors) {
    const std::uint64_t end = data_bytes + tensor.data.size();
    header[name] = {{"dtype", dtype_name(tensor.dtype)},
                    {"shape", tensor.shape},
                    {"data_offsets", {data_bytes, end}}};
    data_bytes = end;
  }
  std::string text = header.dump();
  text.append((kHeaderAlignment - text.size() % kHeaderAlignment) % kHeaderAlignment, ' ');

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

// Without a branch, so that compilers convert several at once: the half's bits, moved to their
// places in a float, stand for a value 2^-112 times too small (112 = 127 - 15, the difference of
// the exponent biases), subnormals included. Infinity and NaN need the highest exponent by hand.
float half_to_float(std::uint16_t half) {
  const std::uint32_t sign = static_cast<std::uint32_t>(half & 0x8000u) << 16;
  const std::uint32_t magnitude = half & 0x7fffu;
  const std::uint32_t top_exponent = magnitude >= 0x7c00u ? 0x7f800000u : 0u;
  const float value = std::bit_cast<float>(magnitude << 13) * 0x1p112f;
  return std::bit_cast<float>(std::bit_cast<std::uint32_t>(value) | top_exponent | sign);
}

std::uint16_t float_to_half(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t sign = (bits >> 16) & 0x8000u;
  const std::uint32_t magnitude = bits & 0x7fffffffu;
  const auto with_sign = [sign](std::uint32_t half) {
    return static_cast<std::uint16_t>(sign | half);
  };
  if (magnitude > 0x7f800000u) {  // NaN: keep the payload's top bits, and keep it a NaN
    const std::uint32_t payload = (magnitude >> 13) & 0x3ffu;
    return with_sign(0x7c00u | (payload != 0 ? payload : 0x200u));
  }
  if (magnitude >= 0x477ff000u) return with_sign(0x7c00u);  // ≥ 65520 rounds to infinity
  if (magnitude < 0x38800000u) {                            // below 2^-14, the smallest normal half
    // Adding 2^-1 puts the unit of the last place at 2^-24 and lets the hardware round to even.
    const float shifted = std::bit_cast<float>(magnitude) + 0.5f;
    return with_sign(std::bit_cast<std::uint32_t>(shifted) - std::bit_cast<std::uint32_t>(0.5f));
  }
  const std::uint32_t rounding = 0xfffu + ((magnitude >> 13) & 1u);
  return with_sign((magnitude - (112u << 23) + rounding) >> 13);
}

}  // namespace nst
