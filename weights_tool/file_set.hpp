// The files a source is made of, by name: a folder's, or those inside an archive.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/byte_reader.hpp"
#include "platform/file.hpp"

namespace nst::weights {

// The bytes of one file and what keeps them alive.
struct FileData {
  Bytes bytes;
  std::shared_ptr<const void> owner;
};
// Reads a whole file, once: what it names may be a pipe. Throws Error{model}.
FileData read_file(const std::string& path);

// What an archive may unpack to. A model's numbers hardly compress: a file of many times its own
// size is a bomb.
struct ArchiveLimits {
  std::uint64_t max_bytes = std::uint64_t{2} << 30;
  std::uint64_t always_bytes = std::uint64_t{256} << 20;  // however small the archive is
  std::uint64_t max_ratio = 50;
  std::uint64_t max_names_bytes = std::uint64_t{16} << 20;  // of all members, wanted or not
};

// Names are relative with '/' separators ("variables/variables.index"). Cheap to copy. Files that
// macOS adds ("._x", "__MACOSX/") are not in it.
class FileSet {
 public:
  // How far a folder is looked into: its files and those of its subfolder "variables", or all
  // below.
  enum class Depth { shallow, deep };
  // Each file is read when first asked for. Throws Error{limit} for a folder of very many files.
  static FileSet folder(const std::string& folder, Depth depth = Depth::shallow);
  // One file that has been read already, alone or with its folder.
  static FileSet file(const std::string& path, FileData data);
  static FileSet beside(const std::string& path, FileData data);
  // The members of a zip or tar archive, or of a tar under gzip, xz, bzip2 or zstd; of one of these
  // without a tar in it the one file. Held in memory. Throws Error{limit} when the archive unpacks
  // to more than the limits, Error{model} for damage, or when this build has no libarchive.
  static FileSet archive(const std::string& path, Bytes packed, const ArchiveLimits& limits = {});

  const std::string& location() const { return location_; }
  std::vector<std::string> names() const;
  bool has(const std::string& name) const;
  // Throws Error{model} "<location>/<name>: ..." if it is not there.
  FileData open(const std::string& name) const;
  Bytes bytes(const std::string& name) const { return open(name).bytes; }
  // How messages call a file.
  std::string label(const std::string& name) const;
  // The file on the disk that holds `name`: for a member the archive.
  std::string path(const std::string& name) const;
  // The files below a folder of this set ("a/b/"; "" for all), under names without it.
  FileSet within(const std::string& folder) const;

 private:
  struct File {
    std::string path;  // to be read from, or
    FileData data;     // what was read
  };
  void add(const std::string& name, File file);

  std::string location_;
  bool is_folder_ = false;
  std::string archive_;  // the file, if it is no folder
  mutable std::map<std::string, File> files_;
};

}  // namespace nst::weights
