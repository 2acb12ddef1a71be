// The safetensors container, read strictly: 8 bytes with the header's length, a JSON header, raw
// little-endian data. Format: https://huggingface.co/docs/safetensors.
//
// Stricter than the format: the header has at most 16 MiB, and every extent is inside the file.
// Tensors have no holes, overlaps or duplicates, and their sizes match dtype × shape.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/byte_reader.hpp"

namespace nst {

// The types of the format. NST's own files hold F32 and F16; other programs' files may hold any of
// them.
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
// Returns the bytes of a type of whole bytes.
inline std::size_t dtype_bytes(DType dtype) { return dtype_bits(dtype) / 8; }
std::string dtype_name(DType dtype);  // returns the format's name of a type, such as "F32"

// One tensor of a file. `data` borrows the file's bytes, which may be unaligned.
struct TensorEntry {
  DType dtype = DType::f32;
  std::vector<std::int64_t> shape;
  Bytes data;

  std::uint64_t element_count() const;
};

// The contents of a file.
struct SafeTensors {
  std::map<std::string, std::string> metadata;
  std::map<std::string, TensorEntry> tensors;  // tensors by name
};

// Parses a whole file. `bytes` must outlive the result. Throws Error{model} with `name` in the
// message.
SafeTensors parse_safetensors(Bytes bytes, const std::string& name);

// Returns the header that serialise_safetensors writes for `contents`, padding included. A file
// with another header was written by another program.
std::string safetensors_header(const SafeTensors& contents);
// Returns the bytes of a file: a padded header, so that the data is 8-byte aligned, and the tensors
// sorted by name. The same contents give the same bytes.
std::vector<std::uint8_t> serialise_safetensors(const SafeTensors& contents);

// Returns the values in the file's memory, or null if they are not float32 or not aligned.
const float* floats_in_place(const TensorEntry& tensor);

// Convert the values of an F32 or F16 tensor to floats, exactly.
void to_float(const TensorEntry& tensor, float* out);
std::vector<float> to_float(const TensorEntry& tensor);

}  // namespace nst
