// Joins the parts of a path.
#pragma once

#include <string>

namespace nst {

// Returns the path of `name` in `folder`; an absolute `name` is returned as it is. Replaces
// operator/ of std::filesystem::path: in GCC 12's library this operator crashes if memory runs out.
inline std::string path_below(const std::string& folder, const std::string& name) {
  if (name.starts_with('/') || folder.empty()) return name;
  return folder + (folder.ends_with('/') ? "" : "/") + name;
}

}  // namespace nst
