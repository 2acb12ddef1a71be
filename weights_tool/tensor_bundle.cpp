#include "weights_tool/tensor_bundle.hpp"

#include <algorithm>
#include <cstdio>
#include <optional>
#include <set>

#include "base/text.hpp"
#include "weights_tool/numbers.hpp"
#include "weights_tool/proto_reader.hpp"
#include "weights_tool/sstable.hpp"

namespace nst::weights {
namespace {

// The types that a checkpoint of weights may contain. Their numbers are those in
// tensorflow/core/framework/types.proto.
struct TypeInfo {
  int dtype;
  const char* name;
  std::optional<Number> number;
};
constexpr int kString = 7;
constexpr std::size_t kMaxRank = 8;
constexpr TypeInfo kTypes[] = {
    {1, "float32", Number::f32},  {2, "float64", Number::f64},    {3, "int32", Number::i32},
    {4, "uint8", Number::u8},     {5, "int16", Number::i16},      {6, "int8", Number::i8},
    {kString, "string", {}},      {8, "complex64", {}},           {9, "int64", Number::i64},
    {10, "bool", Number::u8},     {14, "bfloat16", Number::bf16}, {17, "uint16", Number::u16},
    {19, "float16", Number::f16},
};

const TypeInfo* find_type(int dtype) {
  for (const TypeInfo& type : kTypes) {
    if (type.dtype == dtype) return &type;
  }
  return nullptr;
}

std::vector<std::int64_t> parse_shape(ProtoReader reader) {
  std::vector<std::int64_t> shape;
  ProtoField field;
  while (reader.next(field)) {
    if (field.number != 2) continue;  // field 2 of TensorShapeProto is `dim`
    std::int64_t size = 0;
    ProtoReader dim = reader.message(field);
    ProtoField part;
    while (dim.next(part)) {
      if (part.number == 1) size = static_cast<std::int64_t>(part.value);
    }
    if (shape.size() == kMaxRank) reader.fail("damaged: a tensor of more than 8 dimensions");
    shape.push_back(size);
  }
  return shape;
}

BundleEntry parse_entry(Bytes bytes, const std::string& where) {
  ProtoReader reader(bytes, where, ErrorCode::model);
  BundleEntry entry;
  ProtoField field;
  while (reader.next(field)) {
    switch (field.number) {
      case 1:
        entry.dtype = static_cast<int>(field.value);
        break;
      case 2:
        entry.shape = parse_shape(reader.message(field));
        break;
      case 3:
        entry.shard = field.value;
        break;
      case 4:
        entry.offset = field.value;
        break;
      case 5:
        entry.size = field.value;
        break;
      case 6:
        entry.masked_crc = static_cast<std::uint32_t>(field.value);
        break;
      case 7:
        entry.is_partitioned = true;
        break;
      default:
        break;
    }
  }
  return entry;
}

// Returns the number of shards that a BundleHeaderProto states. Throws Error{model} for a
// big-endian bundle.
std::uint64_t parse_header(Bytes bytes, const std::string& where) {
  ProtoReader reader(bytes, where, ErrorCode::model);
  std::uint64_t shards = 1;
  ProtoField field;
  while (reader.next(field)) {
    if (field.number == 1) shards = field.value;
    if (field.number == 2 && field.value != 0)
      reader.fail("big-endian checkpoints are not supported");
  }
  // The names of shard files have five digits for the shard's number.
  constexpr std::uint64_t kMaxShards = 100'000;
  if (shards == 0 || shards > kMaxShards) reader.fail("damaged header");
  return shards;
}

}  // namespace

TensorBundle::TensorBundle(FileSet files, std::string prefix)
    : files_(std::move(files)), prefix_(std::move(prefix)) {
  const std::string index = prefix_ + ".index";
  const std::string where = files_.label(index);
  bool has_header = false;
  const SortedTable table = read_sstable(files_.bytes(index), where);
  for (const auto& [key, value] : table.entries) {
    if (key.empty()) {
      shards_ = parse_header(value, where);
      has_header = true;
    } else {
      entries_.emplace_hint(entries_.end(), key, parse_entry(value, where));
    }
  }
  if (!has_header)
    throw Error(ErrorCode::model, one_line(where) + ": the bundle header is missing");
  check_extents(where);
}

// Throws Error{model} if two tensors overlap in a shard. Otherwise a hostile small file could claim
// a giant model whose tensors all share the same bytes.
void TensorBundle::check_extents(const std::string& where) const {
  std::vector<const BundleEntry*> ordered;
  for (const auto& [key, entry] : entries_) {
    if (entry.size > 0) ordered.push_back(&entry);
  }
  std::sort(ordered.begin(), ordered.end(), [](const BundleEntry* a, const BundleEntry* b) {
    return std::pair(a->shard, a->offset) < std::pair(b->shard, b->offset);
  });
  for (std::size_t i = 1; i < ordered.size(); ++i) {
    const BundleEntry& before = *ordered[i - 1];
    const BundleEntry& entry = *ordered[i];
    if (entry.shard == before.shard && entry.offset - before.offset < before.size) {
      throw Error(ErrorCode::model, one_line(where) + ": damaged: two of its tensors overlap");
    }
  }
}

std::string TensorBundle::dtype_name(int dtype) {
  const TypeInfo* type = find_type(dtype);
  return type != nullptr ? type->name : "type " + std::to_string(dtype);
}

bool TensorBundle::is_integer(int dtype) {
  const TypeInfo* type = find_type(dtype);
  return type == nullptr || !type->number || weights::is_integer(*type->number);
}

const BundleEntry& TensorBundle::entry(const std::string& key) const {
  const auto it = entries_.find(key);
  if (it == entries_.end()) {
    throw Error(ErrorCode::model,
                one_line(files_.label(prefix_ + ".index")) + ": no tensor '" + one_line(key) + "'");
  }
  return it->second;
}

std::string TensorBundle::shard_name(std::uint64_t shard) const {
  char suffix[64];
  std::snprintf(suffix, sizeof suffix, ".data-%05llu-of-%05llu",
                static_cast<unsigned long long>(shard), static_cast<unsigned long long>(shards_));
  return prefix_ + suffix;
}

Bytes TensorBundle::tensor_bytes(const std::string& name, const BundleEntry& entry) const {
  if (entry.shard >= shards_) {
    throw Error(ErrorCode::model, one_line(files_.label(prefix_ + ".index")) + ": tensor '" +
                                      one_line(name) + "' is in shard " +
                                      std::to_string(entry.shard) + " of " +
                                      std::to_string(shards_));
  }
  const std::string file = shard_name(entry.shard);
  if (!files_.has(file)) {
    throw Error(ErrorCode::model, one_line(files_.label(file)) +
                                      ": this shard of the checkpoint is missing; it must have " +
                                      std::to_string(shard_bytes(entry.shard)) + " bytes");
  }
  return ByteReader(files_.bytes(file), files_.label(file), ErrorCode::model)
      .at(entry.offset, entry.size, "tensor '" + name + "'");
}

// Returns the number of bytes that a shard must have at least: the end of its last tensor.
std::uint64_t TensorBundle::shard_bytes(std::uint64_t shard) const {
  std::uint64_t bytes = 0;
  for (const auto& [key, entry] : entries_) {
    if (entry.shard != shard) continue;
    bytes = std::max(bytes, checked_add(entry.offset, entry.size, ErrorCode::model, key));
  }
  return bytes;
}

std::vector<float> TensorBundle::read(const std::string& key, const std::string& name) const {
  const BundleEntry& e = entry(key);
  const std::string where = one_line(files_.label(prefix_)) + ": tensor '" + one_line(name) + "'";
  const TypeInfo* type = find_type(e.dtype);
  if (type == nullptr || !type->number) {
    throw Error(ErrorCode::model, where + " is of type " + dtype_name(e.dtype) + ", not a number");
  }
  if (e.is_partitioned) {
    throw Error(ErrorCode::model, where + " is partitioned, which is not supported");
  }
  const std::uint64_t expected = checked_mul(shape_elements(e.shape, where),
                                             number_bytes(*type->number), ErrorCode::model, where);
  if (expected != e.size) {
    throw Error(ErrorCode::model, where + " has " + std::to_string(e.size) + " bytes, its shape " +
                                      shape_text(e.shape) + " needs " + std::to_string(expected));
  }
  const Bytes bytes = tensor_bytes(name, e);
  if (mask_crc32c(crc32c(bytes)) != e.masked_crc) {
    throw Error(ErrorCode::model, where + ": checksum mismatch: the file " +
                                      one_line(shard_name(e.shard)) + " is damaged");
  }
  return widen(bytes, *type->number);
}

std::string TensorBundle::read_string(const std::string& key) const {
  const BundleEntry& e = entry(key);
  const std::string where = files_.label(prefix_) + ": tensor '" + key + "'";
  ByteReader reader(tensor_bytes(key, e), where, ErrorCode::model);
  if (e.dtype != kString || shape_elements(e.shape, where) != 1) reader.fail("is not one string");
  // Returns a string tensor after checking its checksums. The stored bytes are
  // (tensorflow/core/util/tensor_bundle/tensor_bundle.cc):
  //
  // - the string's length as a varint
  // - a masked CRC of the length. The CRC is computed from the length as a little-endian integer of
  //   32 bits, or of 64 bits if the length needs them.
  // - the string
  //
  // The CRC in the tensor's entry covers three things: the length as that integer, the CRC of the
  // length, and the string.
  const std::uint64_t length = reader.read_varint("its length");
  const auto* raw_length = reinterpret_cast<const std::uint8_t*>(&length);
  const std::size_t length_bytes = length <= UINT32_MAX ? 4 : 8;
  std::uint32_t crc = crc32c(Bytes(raw_length, length_bytes));
  const Bytes stored = reader.take(4, "the checksum of its length");
  if (reader.read_at<std::uint32_t>(reader.position() - 4, "checksum") != mask_crc32c(crc)) {
    reader.fail("checksum mismatch in its length: the file is damaged");
  }
  crc = crc32c(stored, crc);
  const Bytes text = reader.take(length, "its text");
  if (mask_crc32c(crc32c(text, crc)) != e.masked_crc || !reader.at_end()) {
    reader.fail("checksum mismatch: the file is damaged");
  }
  return {text.begin(), text.end()};
}

std::vector<std::string> TensorBundle::file_names() const {
  std::vector<std::string> names = {prefix_ + ".index", prefix_ + ".meta"};
  std::set<std::uint64_t> used;  // a damaged header may state more shards than there are
  for (const auto& [name, entry] : entries_) used.insert(entry.shard);
  for (const std::uint64_t shard : used) names.push_back(shard_name(shard));
  return names;
}

std::string TensorBundle::sha256() const {
  Sha256 hash;
  hash.update(files_.bytes(prefix_ + ".index"));
  for (std::uint64_t shard = 0; shard < shards_; ++shard)
    hash.update(files_.bytes(shard_name(shard)));
  return hash.finish_hex();
}

}  // namespace nst::weights
