#include "weights_tool/file_set.hpp"

#include <filesystem>

#include "base/text.hpp"

namespace nst::weights {

namespace fs = std::filesystem;

FileSet FileSet::folder(const std::string& folder) {
  FileSet set;
  set.location_ = folder;
  const auto add = [&set](const fs::path& directory, const std::string& prefix) {
    std::error_code error;
    for (fs::directory_iterator it(directory, error), end; !error && it != end;
         it.increment(error)) {
      if (it->is_regular_file(error)) {
        set.files_[prefix + it->path().filename().string()].path = it->path().string();
      }
    }
    if (error) {
      throw Error(ErrorCode::model,
                  one_line(directory.string()) + ": cannot list: " + error.message());
    }
  };
  add(folder, "");
  std::error_code ignored;
  const fs::path variables = fs::path(folder) / "variables";
  if (fs::is_directory(variables, ignored)) add(variables, "variables/");
  return set;
}

std::vector<std::string> FileSet::names() const {
  std::vector<std::string> names;
  for (const auto& [name, file] : files_) names.push_back(name);
  return names;
}

Bytes FileSet::bytes(const std::string& name) const {
  const auto it = files_.find(name);
  if (it == files_.end()) {
    throw Error(ErrorCode::model, one_line(label(name)) + ": this file of the source is missing");
  }
  File& file = it->second;
  if (file.memory) return *file.memory;
  if (!file.mapped) file.mapped = std::make_shared<FileContents>(file.path, ErrorCode::model);
  return file.mapped->bytes();
}

}  // namespace nst::weights
