// Reads sorted string tables (LevelDB's format). The .index file of a TensorFlow checkpoint is such
// a table.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "base/byte_reader.hpp"

namespace nst::weights {

// Returns true if the last bytes are the magic number of a sorted string table.
bool is_sstable(Bytes bytes);

// The entries of a sorted string table. A value borrows the file's bytes, or the contents of a
// block in `unpacked`.
struct SortedTable {
  std::map<std::string, Bytes> entries;            // from each key to its value
  std::deque<std::vector<std::uint8_t>> unpacked;  // uncompressed contents of compressed blocks
};

// Reads all entries of a table (https://github.com/google/leveldb/blob/main/doc/table_format.md).
// Checks the footer, each block's masked CRC-32C and the order of the keys. Unpacks blocks
// compressed by snappy if this build has snappy. Throws Error{model} if the table is damaged. The
// error's message calls the file `name`.
SortedTable read_sstable(Bytes bytes, const std::string& name);

}  // namespace nst::weights
