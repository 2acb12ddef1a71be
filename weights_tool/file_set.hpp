// The files of a source, found by name: the files of a folder, or the members of an archive.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/byte_reader.hpp"
#include "platform/file.hpp"

namespace nst::weights {

// The bytes of one file. `owner` keeps the bytes alive.
struct FileData {
  Bytes bytes;
  std::shared_ptr<const void> owner;
};
// Reads a whole file. The path is opened once, because it may be a pipe. Throws Error{model}.
FileData read_file(const std::string& path);

// Limits on the unpacked size of an archive. Weights hardly compress, so an archive that unpacks to
// many times its size is hostile.
struct ArchiveLimits {
  std::uint64_t max_bytes = std::uint64_t{2} << 30;
  // Number of unpacked bytes up to which max_ratio does not matter.
  std::uint64_t always_bytes = std::uint64_t{256} << 20;
  // Largest ratio of unpacked bytes to the size of the archive file.
  std::uint64_t max_ratio = 50;
  // Largest total size in bytes of the names of the archive's members.
  std::uint64_t max_names_bytes = std::uint64_t{16} << 20;
};

// A set of files with relative names that use '/' ("variables/variables.index"). Copies are cheap.
// Files that macOS adds ("._x", "__MACOSX/") are left out.
class FileSet {
 public:
  // Which files belong to a set. shallow: the folder's own files and those of its subfolder
  // "variables". deep: also the files of all other subfolders.
  enum class Depth { shallow, deep };
  // Returns the files of a folder. Each file is read when it is first used. Throws Error{limit} if
  // a deep search finds more than 20,000 files.
  static FileSet folder(const std::string& folder, Depth depth = Depth::shallow);
  // Return a set with the file `path`, whose bytes `data` the caller has already read. file() gives
  // a set of this file alone; beside() adds the other files of its folder.
  static FileSet file(const std::string& path, FileData data);
  static FileSet beside(const std::string& path, FileData data);
  // Returns the members of an archive, unpacked in memory. An archive is:
  //
  // - a zip or tar
  // - a tar compressed by gzip, xz, bzip2 or zstd
  // - any other file compressed by gzip, xz, bzip2 or zstd: it counts as one member
  //
  // Throws Error{limit} if the archive unpacks to more than ArchiveLimits allows. Throws
  // Error{model} for damage, or if this build has no libarchive.
  static FileSet archive(const std::string& path, Bytes packed, const ArchiveLimits& limits = {});
  // Returns a set of members that the caller has already unpacked from the archive `path`.
  static FileSet members(const std::string& path, const std::map<std::string, FileData>& members);

  const std::string& location() const { return location_; }
  std::vector<std::string> names() const;
  bool has(const std::string& name) const;
  // Returns the bytes of a file. Throws Error{model} "<location>/<name>: ..." if the file is
  // missing.
  FileData open(const std::string& name) const;
  Bytes bytes(const std::string& name) const { return open(name).bytes; }
  // Returns the path by which messages name the file `name`; it begins with the folder or archive.
  std::string label(const std::string& name) const;
  // Returns the path on disk of the file `name`. For a member of an archive, returns the archive's
  // path.
  std::string path(const std::string& name) const;
  // Returns the files below a folder of this set, such as "a/b/", as a set with names relative to
  // that folder. "" gives all files.
  FileSet within(const std::string& folder) const;

 private:
  struct File {
    std::string path;  // path of the file on disk, if `data` is empty
    FileData data;     // contents of the file; empty until it is read
  };
  void add(const std::string& name, File file);

  std::string location_;
  bool is_folder_ = false;
  std::string archive_;  // path of the archive; empty for a folder
  mutable std::map<std::string, File> files_;
};

}  // namespace nst::weights
