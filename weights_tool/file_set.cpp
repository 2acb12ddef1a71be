#include "weights_tool/file_set.hpp"

#include <filesystem>

#include "base/text.hpp"
#include "platform/paths.hpp"

namespace nst::weights {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxFiles = 20'000;
constexpr int kMaxDepth = 8;

// Returns true for files that macOS adds to archives and to disks of other systems.
bool is_apple_extra(const std::string& name) {
  const std::size_t slash = name.rfind('/');
  const std::string last = slash == std::string::npos ? name : name.substr(slash + 1);
  return last.starts_with("._") || name.starts_with("__MACOSX/") ||
         name.find("/__MACOSX/") != std::string::npos;
}

}  // namespace

FileData read_file(const std::string& path) {
  auto file = std::make_shared<const FileContents>(path, ErrorCode::model);
  const Bytes bytes = file->bytes();
  return {bytes, std::move(file)};
}

void FileSet::add(const std::string& name, File file) {
  if (!is_apple_extra(name)) files_[name] = std::move(file);
}

FileSet FileSet::folder(const std::string& folder, Depth depth) {
  FileSet set;
  set.location_ = folder;
  set.is_folder_ = true;
  struct Directory {
    std::string path, prefix;
    int depth;
  };
  std::vector<Directory> waiting = {{folder, "", 0}};
  while (!waiting.empty()) {
    const Directory directory = std::move(waiting.back());
    waiting.pop_back();
    std::error_code error;
    for (fs::directory_iterator it(directory.path, error), end; !error && it != end;
         it.increment(error)) {
      const std::string name = it->path().filename().string();
      std::error_code ignored;
      if (it->is_regular_file(ignored)) {
        set.add(directory.prefix + name, {it->path().string(), {}});
      } else if (it->is_directory(ignored) && !it->is_symlink(ignored) &&
                 directory.depth < kMaxDepth &&
                 (depth == Depth::deep || (directory.depth == 0 && name == "variables"))) {
        waiting.push_back(
            {it->path().string(), directory.prefix + name + "/", directory.depth + 1});
      }
      if (depth == Depth::deep && set.files_.size() + waiting.size() > kMaxFiles) {
        throw Error(ErrorCode::limit, one_line(folder) + ": no model in it, and more than " +
                                          std::to_string(kMaxFiles) +
                                          " files below it; give the model's own folder");
      }
    }
    if (error) {
      throw Error(ErrorCode::model, one_line(directory.path) + ": cannot list: " + error.message());
    }
  }
  return set;
}

FileSet FileSet::file(const std::string& path, FileData data) {
  FileSet set;
  const fs::path parent = fs::path(path).parent_path();
  set.location_ = parent.empty() ? "." : parent.string();
  set.is_folder_ = true;
  set.files_[fs::path(path).filename().string()] = {path, std::move(data)};
  return set;
}

FileSet FileSet::members(const std::string& path, const std::map<std::string, FileData>& members) {
  FileSet set;
  set.location_ = path;
  set.archive_ = path;
  for (const auto& [name, data] : members) set.add(name, {"", data});
  return set;
}

FileSet FileSet::beside(const std::string& path, FileData data) {
  const fs::path parent = fs::path(path).parent_path();
  try {
    FileSet set = folder(parent.empty() ? "." : parent.string());
    set.files_[fs::path(path).filename().string()] = {path, std::move(data)};
    return set;
  } catch (const Error&) {
    // The folder cannot be listed. This is not an error, because its files may still be readable.
    return file(path, std::move(data));
  }
}

std::vector<std::string> FileSet::names() const {
  std::vector<std::string> names;
  for (const auto& [name, file] : files_) names.push_back(name);
  return names;
}

bool FileSet::has(const std::string& name) const {
  if (files_.count(name) != 0) return true;
  std::error_code ignored;
  return is_folder_ && !name.empty() && fs::is_regular_file(path_below(location_, name), ignored);
}

FileData FileSet::open(const std::string& name) const {
  if (!has(name)) {
    throw Error(ErrorCode::model, one_line(label(name)) + ": this file of the source is missing");
  }
  File& file = files_[name];
  if (!file.data.owner) {
    if (file.path.empty()) file.path = path(name);
    file.data = read_file(file.path);
  }
  return file.data;
}

std::string FileSet::label(const std::string& name) const {
  const auto it = files_.find(name);
  if (is_folder_ && it != files_.end() && !it->second.path.empty()) return it->second.path;
  return location_ + (location_.ends_with('/') ? "" : "/") + name;
}

std::string FileSet::path(const std::string& name) const {
  if (!is_folder_) return archive_;
  const auto it = files_.find(name);
  if (it != files_.end() && !it->second.path.empty()) return it->second.path;
  return path_below(location_, name);
}

FileSet FileSet::within(const std::string& folder) const {
  if (folder.empty()) return *this;
  FileSet set;
  set.is_folder_ = is_folder_;
  set.archive_ = archive_;
  set.location_ = location_ + (location_.ends_with('/') ? "" : "/") +
                  folder.substr(0, folder.size() - (folder.ends_with('/') ? 1 : 0));
  for (auto it = files_.lower_bound(folder); it != files_.end() && it->first.starts_with(folder);
       ++it) {
    set.files_[it->first.substr(folder.size())] = it->second;
  }
  return set;
}

}  // namespace nst::weights
