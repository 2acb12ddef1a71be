// The safetensors container (https://huggingface.co/docs/safetensors). It consists of 8 bytes with
// the header's length, a JSON header, and raw little-endian data.
//
// NST checks more than the format requires. The header has at most 16 MiB. Every tensor lies inside
// the file, its size matches dtype × shape, and there are no overlaps, gaps or duplicate names.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/byte_reader.hpp"

namespace nst {

// The element types of the safetensors format. NST's own files contain only F32 and F16; files of
// other programs may contain any type.
enum class DType : std::uint8_t {
  f32,
  f16,
  bf16,
  f64,
  i64,
  i32,
  i16,
  i8,
  u64,
  u32,
  u16,
  u8,
  boolean,
  c64,
  f8_e4m3,
  f8_e5m2,
  f8_e8m0,
  f6_e2m3,
  f6_e3m2,
  f4
};
std::size_t dtype_bits(DType dtype);
// Returns the size of an element in bytes. Only for types of at least one byte.
inline std::size_t dtype_bytes(DType dtype) { return dtype_bits(dtype) / 8; }
std::string dtype_name(DType dtype);  // returns the type's name in the format, such as "F32"

// One tensor of a file. `data` refers to the file's bytes, which need not be aligned.
struct TensorEntry {
  DType dtype = DType::f32;
  std::vector<std::int64_t> shape;
  Bytes data;

  std::uint64_t element_count() const;
};

// The contents of a safetensors file.
struct SafeTensors {
  std::map<std::string, std::string> metadata;
  std::map<std::string, TensorEntry> tensors;  // tensors by name
};

// Parses a whole safetensors file. `bytes` must outlive the result. Throws Error{model} with `name`
// in the message.
SafeTensors parse_safetensors(Bytes bytes, const std::string& name);

// Returns the header, with padding, that serialise_safetensors writes for `contents`. If a file has
// a different header, another program has written it.
std::string safetensors_header(const SafeTensors& contents);
// Returns the bytes of a safetensors file. The header is padded so that the data is 8-byte aligned.
// The tensors are sorted by name, so that the same contents give the same bytes.
std::vector<std::uint8_t> serialise_safetensors(const SafeTensors& contents);

// Returns the address of a tensor's values in the file's memory. Returns null if the values are not
// float32 or not aligned.
const float* floats_in_place(const TensorEntry& tensor);

// Converts the values of an F32 or F16 tensor to floats, exactly.
void to_float(const TensorEntry& tensor, float* out);
std::vector<float> to_float(const TensorEntry& tensor);

}  // namespace nst
