// The safetensors container (8-byte header length, JSON header, raw little-endian data), read
// strictly.
//
// Format: https://huggingface.co/docs/safetensors. Strictness beyond it: header ≤ 16 MiB, every
// extent inside the file, tensors without holes, overlaps or duplicates, sizes that match dtype ×
// shape.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/byte_reader.hpp"

namespace nst {

// Every type the format knows. NST's own files hold F32 and F16; the others may stand in files of
// other programs.
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
// Of a type of whole bytes.
inline std::size_t dtype_bytes(DType dtype) { return dtype_bits(dtype) / 8; }
std::string dtype_name(DType dtype);  // "F32", as the format spells it

// One tensor of a file; `data` borrows the file's bytes (unaligned).
struct TensorEntry {
  DType dtype = DType::f32;
  std::vector<std::int64_t> shape;
  Bytes data;

  std::uint64_t element_count() const;
};

struct SafeTensors {
  std::map<std::string, std::string> metadata;
  std::map<std::string, TensorEntry> tensors;  // ordered by name
};

// Parses a whole file. `bytes` must outlive the result. Throws Error{model} with `name` in the
// message.
SafeTensors parse_safetensors(Bytes bytes, const std::string& name);

// The header serialise_safetensors writes for `contents`, padding included: whoever lays a file out
// otherwise gives himself away.
std::string safetensors_header(const SafeTensors& contents);
// Lays out a file: tensors in name order, data 8-byte aligned header. The same contents give the
// same bytes.
std::vector<std::uint8_t> serialise_safetensors(const SafeTensors& contents);

// The values where they lie in the file, or null if they are not float32 or not aligned.
const float* floats_in_place(const TensorEntry& tensor);

// Element-wise copies of an F32 or F16 tensor. to_float converts F16 exactly; float_to_half rounds
// to nearest even, overflow to infinity (IEEE 754).
void to_float(const TensorEntry& tensor, float* out);
std::vector<float> to_float(const TensorEntry& tensor);
float half_to_float(std::uint16_t half);
std::uint16_t float_to_half(float value);

}  // namespace nst
