// Published weights and recorded outputs that are not part of this repository. NST_SHARED_DIR names
// their folder; without it, ../shared beside the source tree.
#pragma once

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

namespace nst::test {

inline std::string shared_path(const std::string& relative) {
  const char* folder = std::getenv("NST_SHARED_DIR");
  return std::string(folder && *folder ? folder : NST_SHARED_DEFAULT_DIR) + "/" + relative;
}

// False, with a message, if any of the files is not there.
inline bool have_shared(const std::vector<std::string>& relative) {
  for (const std::string& name : relative) {
    if (std::filesystem::exists(shared_path(name))) continue;
    MESSAGE("skipped: " << shared_path(name) << " is not there");
    return false;
  }
  return true;
}

}  // namespace nst::test
