#include "image/heif_library.hpp"

#include <optional>

#include "platform/shared_library.hpp"

namespace nst::codec {
namespace {

#ifdef __APPLE__
constexpr const char* kFileName = "libheif.1.dylib";
#else
constexpr const char* kFileName = "libheif.so.1";
#endif

std::optional<HeifLibrary> load() {
  SharedFunctions functions(kFileName);
  HeifLibrary library;
#define NST_HEIF_FIND(name) functions.find(library.name, "heif_" #name);
  NST_HEIF_FUNCTIONS(NST_HEIF_FIND)
#undef NST_HEIF_FIND
  return functions.has_all() ? std::optional(library) : std::nullopt;
}

}  // namespace

const HeifLibrary* heif_library() {
  static const std::optional<HeifLibrary> library = load();
  return library ? &*library : nullptr;
}

}  // namespace nst::codec
