// Composes sorted string tables for tests and fuzz targets
// (https://github.com/google/leveldb/blob/main/doc/table_format.md).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/byte_reader.hpp"

namespace nst::test {

// An entry of a block. Its key is the first `shared` bytes of the previous entry's key, followed by
// `suffix`.
struct TableEntry {
  std::uint64_t shared = 0;
  std::string suffix;
  std::string value;
};

// Builds tables byte by byte with correct checksums, so that tests can damage them deliberately.
class TableWriter {
 public:
  // Appends a block with these entries and returns the block's handle. `type` is the way in which
  // the block is compressed: 0 not at all, 1 by snappy.
  std::string block(const std::vector<TableEntry>& entries, std::uint8_t type = 0);
  // Appends a block with these bytes, which are stored as they are, and returns the block's handle.
  std::string raw_block(std::string text, std::uint8_t type);
  // Returns a whole table, whose data blocks are those with these handles.
  std::string table(const std::vector<std::string>& data_handles);

  // Returns a text in snappy's simplest form: its length, then the whole text as one literal
  // (github.com/google/snappy/blob/main/format_description.txt).
  static std::string snappy_literal(const std::string& text, std::uint64_t claimed_bytes);

 private:
  std::string bytes_;
};

// Returns the characters of `text` as bytes. The result points into `text`, which must outlive it.
inline Bytes as_bytes(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace nst::test
