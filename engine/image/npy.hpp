// NumPy's .npy files, float32 little-endian C order only (format versions 1.0–3.0).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/byte_reader.hpp"

namespace nst {

struct NpyArray {
  std::vector<std::int64_t> shape;
  std::vector<float> values;
};

// The same with its data where they are: float32 little-endian, not aligned.
struct NpyView {
  std::vector<std::int64_t> shape;
  Bytes data;
};

// "(24, 32, 3)", "(100,)", "()": a shape as NumPy writes it.
std::string numpy_shape(const std::vector<std::int64_t>& shape);

// True if the bytes begin with the .npy signature.
bool is_npy(Bytes bytes);
// Values to the bit, in C order. Throws Error{input}: damaged header, other dtype, Fortran order,
// or data that does not match the shape.
NpyArray decode_npy(Bytes bytes, const std::string& name);
NpyView parse_npy(Bytes bytes, const std::string& name);
// A version 1.0 file of the product of `shape` values (at most 8 sides).
std::vector<std::uint8_t> encode_npy(const std::vector<std::int64_t>& shape, const float* values);

}  // namespace nst
