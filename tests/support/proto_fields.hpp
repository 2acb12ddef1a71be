// Composes protobuf messages for tests and fuzz targets
// (https://protobuf.dev/programming-guides/encoding).
#pragma once

#include <string>

namespace nst::test {

// Returns a field whose content is `bytes`: a text or a message of at most 127 bytes. The field's
// number is at most 15.
inline std::string proto_field(int number, const std::string& bytes) {
  return std::string{static_cast<char>(number << 3 | 2), static_cast<char>(bytes.size())} + bytes;
}

// Returns a field whose content is a number from 0 to 127. The field's number is at most 15.
inline std::string proto_number(int number, int value) {
  return {static_cast<char>(number << 3), static_cast<char>(value)};
}

}  // namespace nst::test
