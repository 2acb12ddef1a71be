// Reads FlatBuffers without a schema compiler. Checks every offset against the buffer.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/byte_reader.hpp"

namespace nst::weights {

// A table of a FlatBuffer (https://flatbuffers.dev/internals). Fields are numbered in the order of
// the schema. The table borrows the reader's bytes. If the bytes are damaged, every function throws
// the reader's Error.
class FlatTable {
 public:
  // Returns the root table of the FlatBuffer that consists of the reader's bytes.
  static FlatTable root(const ByteReader& reader);

  // Returns the number in a field. If the field is absent, returns `otherwise`.
  template <typename T>
  T scalar(int field, T otherwise) const {
    const std::uint64_t at = field_offset(field);
    return at == 0 ? otherwise : reader_->read_at<T>(at, "a flatbuffer field");
  }
  bool has(int field) const { return field_offset(field) != 0; }
  // Read a field that is a table, a string or a vector of tables. If the field is absent, they
  // return false, "" or an empty vector.
  bool table(int field, FlatTable& table) const;
  std::string text(int field) const;
  std::vector<FlatTable> tables(int field) const;
  // Returns the bytes of a vector whose elements have `element_bytes` bytes each. Returns no bytes
  // if the field is absent.
  Bytes vector(int field, std::uint64_t element_bytes) const;
  template <typename T>
  std::vector<T> numbers(int field) const {
    const Bytes bytes = vector(field, sizeof(T));
    std::vector<T> values(bytes.size() / sizeof(T));
    if (!values.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
    return values;
  }

  FlatTable() = default;

 private:
  FlatTable(const ByteReader& reader, std::uint64_t position);
  std::uint64_t field_offset(int field) const;  // offset of the field in the buffer; 0 if absent
  // Reads the offset stored at `at`, which is relative to `at`, and returns the place in the buffer
  // to which it refers.
  std::uint64_t follow(std::uint64_t at) const;

  const ByteReader* reader_ = nullptr;
  std::uint64_t position_ = 0;
  std::uint64_t vtable_ = 0;
  std::uint16_t vtable_bytes_ = 0;
};

}  // namespace nst::weights
