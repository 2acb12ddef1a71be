#include "weights_tool/flatbuffer.hpp"

namespace nst::weights {

FlatTable FlatTable::root(const ByteReader& reader) {
  return {reader, reader.read_at<std::uint32_t>(0, "the flatbuffer root")};
}

FlatTable::FlatTable(const ByteReader& reader, std::uint64_t position)
    : reader_(&reader), position_(position) {
  const auto to_vtable = reader.read_at<std::int32_t>(position, "a flatbuffer table");
  const std::int64_t vtable = static_cast<std::int64_t>(position) - to_vtable;
  if (vtable < 0) reader.fail("damaged flatbuffer: a vtable before the file");
  vtable_ = static_cast<std::uint64_t>(vtable);
  vtable_bytes_ = reader.read_at<std::uint16_t>(vtable_, "a flatbuffer vtable");
  if (vtable_bytes_ < 4 || vtable_bytes_ % 2 != 0) {
    reader.fail("damaged flatbuffer: a vtable of " + std::to_string(vtable_bytes_) + " bytes");
  }
  reader.at(vtable_, vtable_bytes_, "a flatbuffer vtable");
}

std::uint64_t FlatTable::field_offset(int field) const {
  const std::uint64_t slot = 4 + 2 * static_cast<std::uint64_t>(field);
  if (slot + 2 > vtable_bytes_) return 0;
  const auto offset = reader_->read_at<std::uint16_t>(vtable_ + slot, "a flatbuffer vtable");
  return offset == 0 ? 0 : position_ + offset;
}

std::uint64_t FlatTable::follow(std::uint64_t at) const {
  return at + reader_->read_at<std::uint32_t>(at, "a flatbuffer offset");
}

bool FlatTable::table(int field, FlatTable& table) const {
  const std::uint64_t at = field_offset(field);
  if (at == 0) return false;
  table = FlatTable(*reader_, follow(at));
  return true;
}

Bytes FlatTable::vector(int field, std::uint64_t element_bytes) const {
  const std::uint64_t at = field_offset(field);
  if (at == 0) return {};
  const std::uint64_t start = follow(at);
  const auto count = reader_->read_at<std::uint32_t>(start, "a flatbuffer vector");
  return reader_->at(start + 4, count * element_bytes, "a flatbuffer vector");
}

std::string FlatTable::text(int field) const {
  const Bytes bytes = vector(field, 1);
  return {bytes.begin(), bytes.end()};
}

std::vector<FlatTable> FlatTable::tables(int field) const {
  const Bytes offsets = vector(field, 4);
  std::vector<FlatTable> tables;
  if (offsets.empty()) return tables;
  const std::uint64_t first = follow(field_offset(field)) + 4;
  for (std::uint64_t i = 0; i < offsets.size() / 4; ++i) {
    tables.push_back(FlatTable(*reader_, follow(first + 4 * i)));
  }
  return tables;
}

}  // namespace nst::weights
