#include "fuzz/sources.hpp"

#include <algorithm>

#include "base/hash.hpp"
#include "support/tar.hpp"

namespace nst::fuzz {
namespace {

using Buffer = std::vector<std::uint8_t>;

void append_varint(Buffer& to, std::uint64_t value) {
  for (; value > 127; value >>= 7) to.push_back(static_cast<std::uint8_t>(value | 128));
  to.push_back(static_cast<std::uint8_t>(value));
}

void append_number(Buffer& to, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) to.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

// Appends a block with its compression type and checksum to a table file. Returns the block's
// handle.
Buffer append_block(Buffer& file, Bytes block, std::uint8_t type) {
  Buffer handle;
  append_varint(handle, file.size());
  append_varint(handle, block.size());
  Buffer stored(block.begin(), block.end());
  stored.push_back(type);
  append_number(stored, mask_crc32c(crc32c(stored)), 4);
  file.insert(file.end(), stored.begin(), stored.end());
  return handle;
}

}  // namespace

weights::FileSet several_files(const std::vector<std::pair<std::string, Bytes>>& files) {
  return weights::FileSet::archive("archive", test::tar_of(files));
}

Buffer make_block(const std::vector<std::pair<std::string, std::string>>& entries) {
  Buffer block;
  for (const auto& [key, value] : entries) {
    append_varint(block, 0);  // number of bytes shared with the previous key
    append_varint(block, key.size());
    append_varint(block, value.size());
    block.insert(block.end(), key.begin(), key.end());
    block.insert(block.end(), value.begin(), value.end());
  }
  append_number(block, 0, 4);  // offset of the only restart point
  append_number(block, 1, 4);
  return block;
}

Buffer make_table(Bytes block, std::uint8_t block_type) {
  Buffer file;
  const Buffer data = append_block(file, block, block_type);
  const Buffer meta = append_block(file, make_block({}), 0);
  const Buffer index = append_block(file, make_block({{"\xff", {data.begin(), data.end()}}}), 0);
  Buffer footer = meta;
  footer.insert(footer.end(), index.begin(), index.end());
  footer.resize(40);
  append_number(footer, 0xdb4775248b80fb57u, 8);
  file.insert(file.end(), footer.begin(), footer.end());
  return file;
}

}  // namespace nst::fuzz
