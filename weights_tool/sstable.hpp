// The sorted string table (LevelDB's format) that the .index of a TensorFlow checkpoint is.
#pragma once

#include <map>
#include <string>

#include "base/byte_reader.hpp"

namespace nst::weights {

// Whether `bytes` end in the table's magic number.
bool is_sstable(Bytes bytes);

// Every entry; the values borrow `bytes`. Checks the footer, each block's masked CRC-32C and the
// order of the keys. Throws Error{model} with `name`; also for compressed blocks, which TensorFlow
// does not write.
// Format: https://github.com/google/leveldb/blob/main/doc/table_format.md.
std::map<std::string, Bytes> read_sstable(Bytes bytes, const std::string& name);

}  // namespace nst::weights
