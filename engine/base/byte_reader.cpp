#include "base/byte_reader.hpp"

#include "base/text.hpp"

namespace nst {

std::uint64_t checked_add(std::uint64_t a, std::uint64_t b, ErrorCode code, std::string_view what) {
  std::uint64_t sum = 0;
  if (__builtin_add_overflow(a, b, &sum)) {
    throw Error(code, one_line(what) + ": the size overflows 64 bits");
  }
  return sum;
}

std::uint64_t checked_mul(std::uint64_t a, std::uint64_t b, ErrorCode code, std::string_view what) {
  std::uint64_t product = 0;
  if (__builtin_mul_overflow(a, b, &product)) {
    throw Error(code, one_line(what) + ": the size overflows 64 bits");
  }
  return product;
}

void ByteReader::seek(std::uint64_t offset, std::string_view what) {
  at(offset, 0, what);
  position_ = offset;
}

Bytes ByteReader::take(std::uint64_t count, std::string_view what) {
  const Bytes taken = at(position_, count, what);
  position_ += count;
  return taken;
}

Bytes ByteReader::at(std::uint64_t offset, std::uint64_t count, std::string_view what) const {
  // The sum offset + count is not computed, because it may overflow if the file is damaged.
  if (offset > bytes_.size() || count > bytes_.size() - offset) {
    fail(std::string(what) + " needs " + std::to_string(count) + " bytes at offset " +
         std::to_string(offset) + ", the file has " + std::to_string(bytes_.size()));
  }
  return bytes_.subspan(offset, count);
}

std::uint64_t ByteReader::read_varint(std::string_view what) {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    const auto byte = read<std::uint8_t>(what);
    const std::uint64_t payload = byte & 0x7fu;
    if (shift == 63 && payload > 1) break;
    value |= payload << shift;
    if ((byte & 0x80u) == 0) {
      // Refuses a varint whose last byte is 0, because it is longer than its value needs.
      if (payload == 0 && shift > 0) break;
      return value;
    }
  }
  fail(std::string(what) + ": not a proper varint before offset " + std::to_string(position_));
}

void ByteReader::fail(const std::string& what) const {
  throw Error(code_, one_line(name_) + ": " + one_line(what));
}

}  // namespace nst
