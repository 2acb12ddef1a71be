// Reads TensorFlow's tensor bundles: the .index and .data-?????-of-????? files of a checkpoint.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/hash.hpp"
#include "weights_tool/file_set.hpp"

namespace nst::weights {

// One tensor of a bundle, as a BundleEntryProto describes it
// (tensorflow/core/protobuf/tensor_bundle.proto).
struct BundleEntry {
  int dtype = 0;  // number of the type in the enum DataType of types.proto
  std::vector<std::int64_t> shape;
  std::uint64_t shard = 0;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
  std::uint32_t masked_crc = 0;
  bool is_partitioned = false;
};

// A tensor bundle. Opening reads the keys; a tensor's data is read on demand. Every function throws
// Error{model}.
class TensorBundle {
 public:
  // Opens the bundle of the files "<prefix>.index" and "<prefix>.data-..." in `files`.
  TensorBundle(FileSet files, std::string prefix);

  const std::map<std::string, BundleEntry>& entries() const { return entries_; }
  const FileSet& files() const { return files_; }
  // Returns the name of a type, such as "float32" or "int64".
  static std::string dtype_name(int dtype);
  // Returns true for types whose values cannot be weights: integers, and types without numbers.
  static bool is_integer(int dtype);
  // Checks the CRC-32C of a numeric tensor and returns its values as float32. Messages call the
  // tensor `name`.
  std::vector<float> read(const std::string& key, const std::string& name) const;
  // Checks both CRC-32Cs of a scalar string tensor and returns its string.
  std::string read_string(const std::string& key) const;
  // Returns the SHA-256 of the index followed by all shards in order (cat PREFIX.index
  // PREFIX.data-* | sha256sum).
  std::string sha256() const;
  // Returns the names of the bundle's files: the index, the shards that hold tensors, and the .meta
  // file, even if there is no .meta file.
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
