// Sorted string tables (LevelDB's format): the .index file of a TensorFlow checkpoint is one.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "base/byte_reader.hpp"

namespace nst::weights {

// Returns true if `bytes` end in the table's magic number.
bool is_sstable(Bytes bytes);

// The entries of a table. A value borrows the file's bytes, or a block of `unpacked`.
struct SortedTable {
  std::map<std::string, Bytes> entries;            // values by key
  std::deque<std::vector<std::uint8_t>> unpacked;  // contents of the blocks that were compressed
};

// Reads all entries. Checks the footer, each block's masked CRC-32C and the order of the keys.
// Unpacks blocks compressed by snappy if this build has snappy. Throws Error{model} with `name`.
// Format: https://github.com/google/leveldb/blob/main/doc/table_format.md.
SortedTable read_sstable(Bytes bytes, const std::string& name);

}  // namespace nst::weights
