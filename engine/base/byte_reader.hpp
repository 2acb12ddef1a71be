// ByteReader: a cursor over a borrowed buffer that checks every step. It is the only way in which
// NST reads bytes of foreign files.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "nst/error.hpp"

namespace nst {

using Bytes = std::span<const std::uint8_t>;

// Return a + b and a * b in 64 bits. On overflow throw Error{code}, with `what` in the message.
std::uint64_t checked_add(std::uint64_t a, std::uint64_t b, ErrorCode code, std::string_view what);
std::uint64_t checked_mul(std::uint64_t a, std::uint64_t b, ErrorCode code, std::string_view what);

// Reads little-endian numbers and ranges of bytes from `bytes`. The buffer must outlive the reader.
// Reading beyond the end throws Error{code} "<name>: <what> needs N bytes at offset O, the file has
// M".
class ByteReader {
 public:
  ByteReader(Bytes bytes, std::string name, ErrorCode code)
      : bytes_(bytes), name_(std::move(name)), code_(code) {}

  std::uint64_t size() const { return bytes_.size(); }
  std::uint64_t position() const { return position_; }
  std::uint64_t remaining() const { return bytes_.size() - position_; }
  bool at_end() const { return position_ == bytes_.size(); }
  const std::string& name() const { return name_; }
  ErrorCode code() const { return code_; }

  // Moves to the byte at an offset from the buffer's start, in [0, size()].
  void seek(std::uint64_t offset, std::string_view what);
  void skip(std::uint64_t count, std::string_view what) { take(count, what); }
  // Returns a view of the next `count` bytes, and moves past them.
  Bytes take(std::uint64_t count, std::string_view what);
  // Returns a view of `count` bytes at an offset from the buffer's start. The reader stays at its
  // position.
  Bytes at(std::uint64_t offset, std::uint64_t count, std::string_view what) const;

  // Returns the number of type T at the reader's position, and moves the position behind it.
  template <typename T>
  T read(std::string_view what) {
    return load<T>(take(sizeof(T), what));
  }
  // Returns the number of type T at an offset from the buffer's start. The reader stays at its
  // position.
  template <typename T>
  T read_at(std::uint64_t offset, std::string_view what) const {
    return load<T>(at(offset, sizeof(T), what));
  }
  // Returns the next base-128 varint, as in Protobuf and LevelDB: at most 10 bytes. Throws if the
  // varint is longer than its value needs or does not fit in 64 bits.
  std::uint64_t read_varint(std::string_view what);

  // Throws Error{code} with the message "<name>: <what>".
  [[noreturn]] void fail(const std::string& what) const;

 private:
  template <typename T>
  static T load(Bytes b) {
    static_assert(std::is_trivially_copyable_v<T>);
    static_assert(std::endian::native == std::endian::little, "the loaders assume little-endian");
    T value;
    std::memcpy(&value, b.data(), sizeof(T));
    return value;
  }

  Bytes bytes_;
  std::string name_;
  ErrorCode code_;
  std::uint64_t position_ = 0;
};

}  // namespace nst
