#include "fuzz/sources.hpp"

#include <algorithm>

#include "base/hash.hpp"

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

// Appends a file to a tar archive (POSIX ustar): a header of 512 bytes with numbers in octal, then
// the bytes, padded to a multiple of 512.
void append_member(Buffer& tar, const std::string& name, Bytes bytes) {
  constexpr std::size_t kBlock = 512;
  char header[kBlock] = {};
  std::snprintf(header, 100, "%s", name.c_str());
  std::snprintf(header + 100, 8, "0000644");
  std::snprintf(header + 124, 12, "%011llo", static_cast<unsigned long long>(bytes.size()));
  std::memcpy(header + 257, "ustar\00000", 8);
  header[156] = '0';
  std::memset(header + 148, ' ', 8);
  unsigned sum = 0;
  for (const char c : header) sum += static_cast<unsigned char>(c);
  std::snprintf(header + 148, 7, "%06o", sum);
  tar.insert(tar.end(), header, header + kBlock);
  tar.insert(tar.end(), bytes.begin(), bytes.end());
  tar.resize((tar.size() + kBlock - 1) / kBlock * kBlock);
}

}  // namespace

weights::FileSet several_files(const std::vector<std::pair<std::string, Bytes>>& files) {
  Buffer tar;
  for (const auto& [name, bytes] : files) append_member(tar, name, bytes);
  tar.resize(tar.size() + 1024);  // two empty blocks end a tar archive
  return weights::FileSet::archive("archive", tar);
}

Buffer make_block(const std::vector<std::pair<std::string, std::string>>& entries) {
  Buffer block;
  for (const auto& [key, value] : entries) {
    append_varint(block, 0);  // bytes shared with the previous key
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
