// Reads and writes NumPy's .npy files, versions 1.0 to 3.0: only float32, little-endian, in C
// order.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/byte_reader.hpp"

namespace nst {

// The contents of a .npy file. `values` is a copy of the file's values.
struct NpyArray {
  std::vector<std::int64_t> shape;
  std::vector<float> values;
  // The comment in the header: the text after '#', which follows the Python dict that describes the
  // array. Empty: none.
  std::string comment;
};

// The contents of a .npy file whose values stay in the file's bytes: float32, little-endian, not
// aligned.
struct NpyView {
  std::vector<std::int64_t> shape;
  Bytes data;
  std::string comment;
};

// Returns a shape as NumPy writes it: "(24, 32, 3)", "(100,)", "()".
std::string numpy_shape(const std::vector<std::int64_t>& shape);

// Returns true if the bytes begin with the .npy signature.
bool is_npy(Bytes bytes);
// Functions that read a .npy file. decode_npy copies the values; parse_npy leaves them in the
// file's bytes. Both keep every bit and return the values in C order. They throw Error{input} for a
// damaged header, another dtype, Fortran order, or data that does not match the shape.
NpyArray decode_npy(Bytes bytes, const std::string& name);
NpyView parse_npy(Bytes bytes, const std::string& name);
// Returns the bytes of a version 1.0 file. `shape` has at most 8 dimensions; their product is the
// number of `values`. `comment`, of printable ASCII, is written into the header's padding as a
// Python comment, which NumPy ignores.
std::vector<std::uint8_t> encode_npy(const std::vector<std::int64_t>& shape, const float* values,
                                     const std::string& comment = "");

}  // namespace nst
