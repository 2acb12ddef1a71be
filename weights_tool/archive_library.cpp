#include "weights_tool/archive_library.hpp"

#include "base/text.hpp"
#include "nst/error.hpp"
#include "platform/shared_library.hpp"

namespace nst::weights {
namespace {

#ifdef __APPLE__
constexpr const char* kFileName = "libarchive.13.dylib";
#else
constexpr const char* kFileName = "libarchive.so.13";
#endif

ArchiveLibrary load(const std::string& path) {
  SharedFunctions functions(kFileName);
  ArchiveLibrary library;
#define NST_ARCHIVE_FIND(name) functions.find(library.archive_##name, "archive_" #name);
  NST_ARCHIVE_FUNCTIONS(NST_ARCHIVE_FIND)
#undef NST_ARCHIVE_FIND
  if (!functions.has_all()) {
    throw Error(ErrorCode::model, one_line(path) + ": needs " + kFileName +
                                      ", which cannot be loaded; install libarchive, or unpack " +
                                      "the file and give the folder");
  }
  return library;
}

}  // namespace

const ArchiveLibrary& archive_library(const std::string& path) {
  static const ArchiveLibrary library = load(path);
  return library;
}

}  // namespace nst::weights
