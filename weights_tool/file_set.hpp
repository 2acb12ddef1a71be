// The files a source is made of, by name: a folder's, or those inside a .tar.gz.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/byte_reader.hpp"
#include "platform/file.hpp"

namespace nst::weights {

// Names are relative with '/' separators ("variables/variables.index"). Cheap to move, not copied.
class FileSet {
 public:
  // The regular files of `folder` and of its subfolder "variables"; each is mapped when first asked
  // for.
  static FileSet folder(const std::string& folder);
  // The members of a gzip-compressed tar archive that can belong to a checkpoint or SavedModel,
  // held in memory. Throws Error{limit} when the archive unpacks to more than max_bytes (a
  // decompression bomb), Error{model} for damage, or when this build has no libarchive.
  static FileSet tar_gz(const std::string& path, std::uint64_t max_bytes = kMaxArchiveBytes);
  static constexpr std::uint64_t kMaxArchiveBytes = std::uint64_t{2} << 30;

  const std::string& location() const { return location_; }
  std::vector<std::string> names() const;
  bool has(const std::string& name) const { return files_.count(name) != 0; }
  // Throws Error{model} "<location>/<name>: ..." if it is not there.
  Bytes bytes(const std::string& name) const;
  // How messages call a file.
  std::string label(const std::string& name) const { return location_ + "/" + name; }

 private:
  struct File {
    std::string path;  // to be mapped from, or
    std::shared_ptr<const std::vector<std::uint8_t>> memory;
    std::shared_ptr<const FileContents> mapped;
  };
  std::string location_;
  mutable std::map<std::string, File> files_;
};

}  // namespace nst::weights
