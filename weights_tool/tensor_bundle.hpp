// TensorFlow's tensor bundle: the .index and .data-?????-of-????? files of a checkpoint.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/hash.hpp"
#include "weights_tool/file_set.hpp"

namespace nst::weights {

// One tensor of a bundle: BundleEntryProto (tensorflow/core/protobuf/tensor_bundle.proto).
struct BundleEntry {
  int dtype = 0;  // number of the type, a DataType of types.proto
  std::vector<std::int64_t> shape;
  std::uint64_t shard = 0;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
  std::uint32_t masked_crc = 0;
  bool is_partitioned = false;
};

// Reads the keys at once and the data on demand. Every function throws Error{model}.
class TensorBundle {
 public:
  // Opens the files "<prefix>.index", "<prefix>.data-..." of `files`.
  TensorBundle(FileSet files, std::string prefix);

  const std::map<std::string, BundleEntry>& entries() const { return entries_; }
  const FileSet& files() const { return files_; }
  // Returns the type's name: "float32", "int64", ...
  static std::string dtype_name(int dtype);
  // Returns true for types of whole numbers, and for types that are not numbers.
  static bool is_integer(int dtype);
  // Returns the values of a numeric tensor as float32, after checking its CRC-32C. Messages call
  // the tensor `name`.
  std::vector<float> read(const std::string& key, const std::string& name) const;
  // Returns the string of a scalar string tensor, after checking both of its CRC-32Cs.
  std::string read_string(const std::string& key) const;
  // Returns the SHA-256 of the index followed by the data shards in order (cat PREFIX.index
  // PREFIX.data-* | sha256sum).
  std::string sha256() const;
  // Returns the names of the index, the shards and the .meta file, which may be absent.
  std::vector<std::string> file_names() const;

 private:
  std::string shard_name(std::uint64_t shard) const;
  Bytes tensor_bytes(const std::string& name, const BundleEntry& entry) const;
  std::uint64_t shard_bytes(std::uint64_t shard) const;
  const BundleEntry& entry(const std::string& key) const;
  void check_extents(const std::string& where) const;

  FileSet files_;
  std::string prefix_;
  std::uint64_t shards_ = 1;
  std::map<std::string, BundleEntry> entries_;
};

}  // namespace nst::weights
