// Reads numbers from a TIFF structure (TIFF 6.0, 2), and checks that they lie inside the structure.
#pragma once

#include <cstdint>

#include "base/byte_reader.hpp"
#include "nst/error.hpp"

namespace nst {

// Reads numbers at given offsets of a block, in the byte order that the block's header states. The
// functions that read throw Error{input} for an offset outside the block.
class TiffReader {
 public:
  // Throws Error{input} unless the block begins with a TIFF header.
  explicit TiffReader(Bytes block) : reader_(block, "EXIF", ErrorCode::input) {
    const Bytes order = reader_.at(0, 2, "byte order");
    big_endian_ = order[0] == 'M';
    if (order[0] != order[1] || (order[0] != 'M' && order[0] != 'I')) reader_.fail("byte order");
    if (u16(2) != 42) reader_.fail("not a TIFF header");
  }
  bool big_endian() const { return big_endian_; }
  std::uint8_t u8(std::uint64_t offset) const { return reader_.at(offset, 1, "number")[0]; }
  std::uint16_t u16(std::uint64_t offset) const {
    const Bytes b = reader_.at(offset, 2, "number");
    return static_cast<std::uint16_t>(big_endian_ ? b[0] << 8 | b[1] : b[1] << 8 | b[0]);
  }
  std::uint32_t u32(std::uint64_t offset) const {
    const std::uint32_t a = u16(offset);
    const std::uint32_t b = u16(offset + 2);
    return big_endian_ ? a << 16 | b : b << 16 | a;
  }
  Bytes bytes(std::uint64_t offset, std::uint64_t size) const {
    return reader_.at(offset, size, "value");
  }
  // Returns the number of bytes from the offset to the block's end; 0 if the offset is outside the
  // block.
  std::uint64_t bytes_after(std::uint64_t offset) const {
    return offset < reader_.size() ? reader_.size() - offset : 0;
  }
  bool holds(std::uint64_t offset, std::uint64_t size) const { return size <= bytes_after(offset); }

 private:
  ByteReader reader_;
  bool big_endian_ = false;
};

}  // namespace nst
