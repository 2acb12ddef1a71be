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
  void* const file = load_shared_library(kFileName);
  if (file == nullptr) return std::nullopt;
  HeifLibrary library;
  bool has_all = true;
  const auto find = [&](auto& function, const char* name) {
    void* const address = find_function(file, name);
    function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(address);
    has_all = has_all && address != nullptr;
  };
#define NST_HEIF_FIND(name) find(library.name, "heif_" #name);
  NST_HEIF_FUNCTIONS(NST_HEIF_FIND)
#undef NST_HEIF_FIND
  return has_all ? std::optional(library) : std::nullopt;
}

}  // namespace

const HeifLibrary* heif_library() {
  static const std::optional<HeifLibrary> library = load();
  return library ? &*library : nullptr;
}

}  // namespace nst::codec
