// The fuzz targets of sources of weights.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fuzz/fuzz.hpp"
#include "weights_tool/source_list.hpp"

namespace nst::fuzz {

// A source's only file. `bytes` must outlive it.
inline weights::FileSet one_file(const std::string& name, Bytes bytes) {
  return weights::FileSet::file(name, {bytes, std::make_shared<int>()});
}

// Several files as the members of a tar archive in memory, so that no target needs a disk.
weights::FileSet several_files(const std::vector<std::pair<std::string, Bytes>>& files);

// Opens a source and reads every tensor that it lists.
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

// A sorted table of one data block (tests/weights/sstable_test.cpp tests the format), whose
// checksums are right. `block_type` is 0 for a block as it is, 1 for one that snappy packed.
std::vector<std::uint8_t> make_table(Bytes block, std::uint8_t block_type);
// A block of entries, which must be sorted by their keys.
std::vector<std::uint8_t> make_block(
    const std::vector<std::pair<std::string, std::string>>& entries);

}  // namespace nst::fuzz
