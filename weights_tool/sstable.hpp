// The sorted string table (LevelDB's format) that the .index of a TensorFlow checkpoint is.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "base/byte_reader.hpp"

namespace nst::weights {

// Whether `bytes` end in the table's magic number.
bool is_sstable(Bytes bytes);

struct SortedTable {
  std::map<std::string, Bytes> entries;            // the values borrow the file's bytes, or
  std::deque<std::vector<std::uint8_t>> unpacked;  // the blocks that were compressed
};

// Every entry. Checks the footer, each block's masked CRC-32C and the order of the keys; unpacks
// blocks that snappy has compressed, where this build has it. Throws Error{model} with `name`.
// Format: https://github.com/google/leveldb/blob/main/doc/table_format.md.
SortedTable read_sstable(Bytes bytes, const std::string& name);

}  // namespace nst::weights
