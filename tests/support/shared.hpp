// Finds published weights and recorded outputs that are not part of this repository. They are in
// the folder NST_SHARED_DIR or, if that variable is not set, in ../shared beside the source tree.
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

// Returns true if all the files exist. Otherwise prints which file is missing and returns false.
inline bool have_shared(const std::vector<std::string>& relative) {
  for (const std::string& name : relative) {
    if (std::filesystem::exists(shared_path(name))) continue;
    MESSAGE("skipped: " << shared_path(name) << " is not there");
    return false;
  }
  return true;
}

}  // namespace nst::test
