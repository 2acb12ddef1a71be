// Declarations that the fuzz targets of weight sources share.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fuzz/fuzz.hpp"
#include "weights_tool/source_list.hpp"

namespace nst::fuzz {

// Returns a set with a single file that has this name. `bytes` must outlive the set.
inline weights::FileSet one_file(const std::string& name, Bytes bytes) {
  return weights::FileSet::file(name, {bytes, std::make_shared<int>()});
}

// Returns a set of several files in memory, like the set of an archive's members. The bytes must
// outlive the set.
weights::FileSet several_files(const std::vector<std::pair<std::string, Bytes>>& files);

// Opens a source and reads every tensor in its list.
template <class Opener>
void open_and_read(Opener&& opener) {
  must_answer([&] {
    const std::unique_ptr<weights::Source> source = opener();
    for (const weights::SourceTensor& tensor : source->tensors()) {
      must_answer([&] { source->read(tensor.name); });
    }
    source->sha256();
  });
}

// Returns a sorted string table with one data block and correct checksums. A `block_type` of 0
// means that the block is stored as it is, 1 that snappy has compressed it.
std::vector<std::uint8_t> make_table(Bytes block, std::uint8_t block_type);
// Returns a sorted string table of `entries`, which must be sorted by key.
std::vector<std::uint8_t> make_table(
    const std::vector<std::pair<std::string, std::string>>& entries);

}  // namespace nst::fuzz
