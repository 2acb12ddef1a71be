#include "support/table_writer.hpp"

#include "base/hash.hpp"

namespace nst::test {
namespace {

constexpr std::uint8_t kSnappy = 1;

std::string varint(std::uint64_t value) {
  std::string text;
  for (; value >= 0x80; value >>= 7) text += static_cast<char>(value | 0x80);
  return text + static_cast<char>(value);
}

}  // namespace

std::string TableWriter::block(const std::vector<TableEntry>& entries, std::uint8_t type) {
  std::string text;
  for (const TableEntry& entry : entries) {
    text += varint(entry.shared) + varint(entry.suffix.size()) + varint(entry.value.size()) +
            entry.suffix + entry.value;
  }
  // A block ends with its restart points, here one at offset 0, and with their number.
  text += std::string(4, '\0') + std::string("\1\0\0\0", 4);
  if (type == kSnappy) text = snappy_literal(text, text.size());
  return raw_block(std::move(text), type);
}

std::string TableWriter::raw_block(std::string text, std::uint8_t type) {
  const std::string handle = varint(bytes_.size()) + varint(text.size());
  text += static_cast<char>(type);
  const std::uint32_t crc = mask_crc32c(crc32c(as_bytes(text)));
  for (int i = 0; i < 4; ++i) text += static_cast<char>(crc >> (8 * i));
  bytes_ += text;
  return handle;
}

std::string TableWriter::table(const std::vector<std::string>& data_handles) {
  const std::string meta = block({});
  std::vector<TableEntry> index;
  for (std::size_t i = 0; i < data_handles.size(); ++i) {
    index.push_back({0, std::string(1, static_cast<char>('a' + i)), data_handles[i]});
  }
  std::string footer = meta + block(index);
  footer.resize(40);
  return bytes_ + footer + "\x57\xfb\x80\x8b\x24\x75\x47\xdb";
}

std::string TableWriter::snappy_literal(const std::string& text, std::uint64_t claimed_bytes) {
  const std::size_t last = text.size() - 1;
  std::string literal = varint(claimed_bytes);
  // The tag of a snappy literal whose length, minus 1, follows in four bytes.
  literal += static_cast<char>(63 << 2);
  for (int shift = 0; shift < 32; shift += 8) literal += static_cast<char>(last >> shift);
  return literal + text;
}

}  // namespace nst::test
