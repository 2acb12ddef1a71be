// Paths put together.
#pragma once

#include <string>

namespace nst {

// `name` as seen from `folder`; an absolute name is itself. Instead of std::filesystem::path's
// operator/, which crashes in GCC 12's library where memory ends within it.
inline std::string path_below(const std::string& folder, const std::string& name) {
  if (name.starts_with('/') || folder.empty()) return name;
  return folder + (folder.ends_with('/') ? "" : "/") + name;
}

}  // namespace nst
