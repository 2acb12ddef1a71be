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
  std::string comment;  // the text after a '#' behind the header's dictionary, trimmed
};

// The same with its data where they are: float32 little-endian, not aligned.
struct NpyView {
  std::vector<std::int64_t> shape;
  Bytes data;
  std::string comment;
};

// "(24, 32, 3)", "(100,)", "()": a shape as NumPy writes it.
std::string numpy_shape(const std::vector<std::int64_t>& shape);

// True if the bytes begin with the .npy signature.
bool is_npy(Bytes bytes);
// Values to the bit, in C order. Throws Error{input}: damaged header, other dtype, Fortran order,
// or data that does not match the shape.
NpyArray decode_npy(Bytes bytes, const std::string& name);
NpyView parse_npy(Bytes bytes, const std::string& name);
// A version 1.0 file of the product of `shape` values (at most 8 sides). A `comment` of printable
// ASCII stands in the header's padding, where NumPy reads it as Python's and ignores it.
std::vector<std::uint8_t> encode_npy(const std::vector<std::int64_t>& shape, const float* values,
                                     const std::string& comment = "");

}  // namespace nst
