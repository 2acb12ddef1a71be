// FileSet::tar_gz, over libarchive where CMake found it.
#include <memory>
#include <new>

#include "base/text.hpp"
#include "weights_tool/file_set.hpp"

#if NST_HAVE_LIBARCHIVE
#include <archive.h>
#include <archive_entry.h>
#endif

namespace nst::weights {

#if NST_HAVE_LIBARCHIVE
namespace {

// Only these are kept; an archive may also hold training logs and event files of any size.
bool is_wanted(const std::string& name) {
  return name.ends_with(".index") || name.find(".data-") != std::string::npos ||
         name.ends_with("saved_model.pb") || name == "checkpoint" || name.ends_with("/checkpoint");
}

struct ArchiveCloser {
  void operator()(archive* handle) const { archive_read_free(handle); }
};

struct ArchiveReader {
  std::unique_ptr<archive, ArchiveCloser> owner;
  archive* handle;
  std::string path;

  explicit ArchiveReader(const std::string& file)
      : owner(archive_read_new()), handle(owner.get()), path(file) {
    if (handle == nullptr) throw std::bad_alloc();
    archive_read_support_filter_gzip(handle);
    archive_read_support_format_tar(handle);
    check(archive_read_open_filename(handle, file.c_str(), 1 << 16));
  }

  void check(la_ssize_t status) const {
    if (status >= ARCHIVE_OK) return;
    const char* reason = archive_error_string(handle);
    throw Error(ErrorCode::model, one_line(path) + ": damaged or unknown archive: " +
                                      one_line(reason != nullptr ? reason : "unknown reason"));
  }
};

// "./a/b" and "a/b" are one file.
std::string clean_name(std::string name) {
  while (name.starts_with("./")) name.erase(0, 2);
  return name;
}

// Every file under one common top folder, as archives are usually packed, loses that folder.
std::string common_folder(const std::vector<std::string>& names) {
  if (names.empty()) return "";
  std::string prefix = names.front().substr(0, names.front().find_last_of('/') + 1);
  for (const std::string& name : names) {
    while (!name.starts_with(prefix)) {
      prefix.pop_back();
      prefix.erase(prefix.find_last_of('/') + 1);
    }
  }
  // "variables/" belongs to the layout of a SavedModel and stays.
  if (prefix.ends_with("variables/")) prefix.erase(prefix.size() - 10);
  return prefix;
}

}  // namespace

FileSet FileSet::tar_gz(const std::string& path, std::uint64_t max_bytes) {
  ArchiveReader reader(path);
  std::map<std::string, std::vector<std::uint8_t>> members;
  std::vector<std::uint8_t> chunk(1 << 20);
  std::uint64_t total = 0;
  archive_entry* entry = nullptr;
  for (;;) {
    const int status = archive_read_next_header(reader.handle, &entry);
    if (status == ARCHIVE_EOF) break;
    reader.check(status);
    const char* raw_name = archive_entry_pathname(entry);
    if (raw_name == nullptr || archive_entry_filetype(entry) != AE_IFREG) continue;
    const std::string name = clean_name(raw_name);
    std::vector<std::uint8_t>* kept = is_wanted(name) ? &members[name] : nullptr;
    for (;;) {  // the size a header claims is not trusted: memory grows with what really arrives
      const la_ssize_t got = archive_read_data(reader.handle, chunk.data(), chunk.size());
      reader.check(got);
      if (got == 0) break;
      total += static_cast<std::uint64_t>(got);
      if (total > max_bytes) {
        throw Error(ErrorCode::limit, one_line(path) + ": unpacks to more than " +
                                          std::to_string(max_bytes >> 20) +
                                          " MiB; unpack it yourself and give the folder");
      }
      if (kept != nullptr) kept->insert(kept->end(), chunk.begin(), chunk.begin() + got);
    }
  }
  std::vector<std::string> names;
  for (const auto& [name, bytes] : members) names.push_back(name);
  const std::string folder = common_folder(names);
  FileSet set;
  set.location_ = path;
  for (auto& [name, bytes] : members) {
    set.files_[name.substr(folder.size())].memory =
        std::make_shared<const std::vector<std::uint8_t>>(std::move(bytes));
  }
  return set;
}

#else

FileSet FileSet::tar_gz(const std::string& path, std::uint64_t) {
  throw Error(ErrorCode::model, one_line(path) +
                                    ": this build has no libarchive; unpack it with tar -xzf and "
                                    "give the folder");
}

#endif

}  // namespace nst::weights
